/**
 * Runs after a user was stored. Nobody waits for it; an error shows in the
 * tenant's log only.
 *
 * @param {object} event who signed up
 */
exports.onExecutePostUserRegistration = async (event) => {
  await notify(event.user, event.connection.name);
};

/**
 * Sends the notification.
 *
 * @param {object} user
 * @param {string} connection
 */
async function notify(user, connection) {
  console.log(`A user signed up with ${connection}`);
}
