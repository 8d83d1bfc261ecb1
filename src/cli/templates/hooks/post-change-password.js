/**
 * @typedef {object} User whose password was changed
 * @property {string} id without the prefix: the user's id is `auth0|` and this
 * @property {string} [username]
 * @property {string} [email]
 * @property {string} last_password_reset
 *
 * @typedef {object} Context
 * @property {{ id: string, name: string, tenant: string }} connection
 * @property {{ secrets: Record<string, string> }} webtask
 */

/**
 * Runs after a password was changed. Nobody waits for it; an error shows in
 * the tenant's log only.
 *
 * @param {User} user
 * @param {Context} context
 * @param {(error?: Error) => void} cb
 */
module.exports = async function (user, context, cb) {
  try {
    await notify(user, context.connection.name);
  } catch (error) {
    return cb(new Error(`Nobody was told of the new password: ${error}`));
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
  console.log(`A password of ${connection} was changed at ${user.last_password_reset}`);
}
