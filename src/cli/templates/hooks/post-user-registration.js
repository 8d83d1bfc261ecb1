/**
 * @typedef {object} User who signed up
 * @property {string} id without the prefix: the user's id is `auth0|` and this
 * @property {string} tenant
 * @property {string} [username]
 * @property {string} [email]
 * @property {boolean} [emailVerified]
 * @property {string} [phoneNumber]
 * @property {boolean} [phoneNumberVerified]
 * @property {Record<string, unknown>} [user_metadata]
 * @property {Record<string, unknown>} [app_metadata]
 *
 * @typedef {object} Context
 * @property {string} [requestLanguage]
 * @property {{ id: string, name: string, tenant: string }} connection
 * @property {{ secrets: Record<string, string> }} webtask
 */

/**
 * Runs after a user was stored. Nobody waits for it; an error shows in the
 * tenant's log only.
 *
 * @param {User} user
 * @param {Context} context
 * @param {(error?: Error) => void} cb
 */
module.exports = async function (user, context, cb) {
  try {
    await notify(user, context.connection.name);
  } catch (error) {
    return cb(new Error(`Nobody was told of the new user: ${error}`));
  }

  return cb();
};

/**
 * Sends the notification.
 *
 * @param {User} user
 * @param {string} connection
 */
async function notify(user, connection) {
  console.log(`A user signed up with ${connection}`);
}
