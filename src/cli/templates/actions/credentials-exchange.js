/**
 * Runs before an application gets an access token for an API. Blocking: while
 * it fails, no application gets one.
 *
 * @param {object} event which application asks, and for what
 * @param {object} api what can be changed: the token, access to it
 */
exports.onExecuteCredentialsExchange = async (event, api) => {
  // A claim needs a namespace, an address of your own; Auth0 drops others.
  const plan = event.client.metadata?.plan ?? 'free';
  api.accessToken.setCustomClaim('https://example.com/plan', plan);

  // To refuse (the code after it still runs, so leave the function):
  // return api.access.deny('invalid_scope', 'What the application is told');
};
