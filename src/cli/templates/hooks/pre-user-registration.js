/**
 * @typedef {object} User who signs up; has no id yet
 * @property {string} tenant
 * @property {string} [username]
 * @property {string} [password]
 * @property {string} [email]
 * @property {boolean} [emailVerified]
 * @property {string} [phoneNumber]
 * @property {boolean} [phoneNumberVerified]
 * @property {Record<string, unknown>} [user_metadata]
 * @property {Record<string, unknown>} [app_metadata]
 *
 * @typedef {object} Context
 * @property {string} [requestLanguage]
 * @property {string} [renderLanguage]
 * @property {{ ip: string, language?: string }} request
 * @property {{ id: string, name: string, tenant: string }} connection
 * @property {{ secrets: Record<string, string> }} webtask
 *
 * @typedef {object} Response
 * @property {{ user_metadata?: object, app_metadata?: object }} [user]
 */

/**
 * Runs before a user is stored. Blocking: while this script fails, nobody can
 * sign up.
 *
 * @param {User} user
 * @param {Context} context
 * @param {(error: Error | null, response?: Response) => void} cb
 */
module.exports = function (user, context, cb) {
  // To refuse:
  // return cb(new PreUserRegistrationError('For the log', 'For the user'));

  // Only the metadata can be changed; Auth0 passes over the rest.
  return cb(null, {
    user: {
      user_metadata: { ...user.user_metadata },
      app_metadata: { ...user.app_metadata },
    },
  });
};
