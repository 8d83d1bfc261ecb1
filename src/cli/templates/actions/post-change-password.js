/**
 * Runs after a password was changed. Nobody waits for it; an error shows in
 * the tenant's log only.
 *
 * @param {object} event whose password was changed
 */
exports.onExecutePostChangePassword = async (event) => {
  await tellOthers(event.user, event.connection.name);
};

/**
 * What is to be done.
 *
 * @param {object} user
 * @param {string} connection
 */
async function tellOthers(user, connection) {
  console.log(`A password of ${connection} was changed`);
}
