/**
 * Runs when a user has passed the first challenge of a password reset.
 * Blocking: while it fails, nobody can reset a password.
 *
 * @param {object} event whose password is to be reset
 * @param {object} api what can be changed: access
 */
exports.onExecutePostChallenge = async (event, api) => {
  if (!event.user.email_verified) {
    api.access.deny('The e-mail address is not verified');
  }
};
