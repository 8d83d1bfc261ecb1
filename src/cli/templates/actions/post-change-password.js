/**
 * Runs after a password was changed. Nobody waits for it; an error shows in
 * the tenant's log only.
 *
 * @param {object} event whose password was changed
 */
exports.onExecutePostChangePassword = async (event) => {
  await notify(event.user, event.connection.name);
};

/**
 * Sends the notification.
 *
 * @param {object} user
 * @param {string} connection
 */
async function notify(user, connection) {
  console.log(`A password of ${connection} was changed`);
}
