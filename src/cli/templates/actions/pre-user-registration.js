/**
 * Runs before a user is stored. Blocking: while it fails, nobody can sign up.
 *
 * @param {object} event who signs up; the user has no id yet
 * @param {object} api what can be changed: metadata, access
 */
exports.onExecutePreUserRegistration = async (event, api) => {
  // To refuse (the code after it still runs, so leave the function):
  // return api.access.deny('For the log', 'For the user');

  api.user.setUserMetadata('signed_up_with', event.connection.name);
};
