/**
 * Runs after a user has logged in and before tokens are issued. Blocking:
 * while it fails, nobody can log in.
 *
 * @param {object} event who logs in, how, and to which application
 * @param {object} api what can be changed: tokens, metadata, access
 */
exports.onExecutePostLogin = async (event, api) => {
  // A claim needs a namespace, an address of your own; Auth0 drops others.
  const roles = event.authorization?.roles ?? [];
  api.idToken.setCustomClaim('https://example.com/roles', roles);

  // To refuse (the code after it still runs, so leave the function):
  // return api.access.deny('What the application is told');
};
