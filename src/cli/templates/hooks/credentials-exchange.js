/**
 * @typedef {object} Client the application that asks for a token
 * @property {string} id
 * @property {string} name
 * @property {string} tenant
 * @property {Record<string, string>} [metadata]
 *
 * @typedef {object} Context
 * @property {{ secrets: Record<string, string> }} webtask
 *
 * @typedef {{ scope?: string[] } & Record<string, unknown>} AccessToken
 */

/**
 * Runs before an application gets an access token for an API. Blocking: while
 * this script fails, no application gets one.
 *
 * @param {Client} client
 * @param {string[] | undefined} scope the scopes that were asked for, if any
 * @param {string} audience the API that the token is for
 * @param {Context} context
 * @param {(error: Error | null, accessToken?: AccessToken) => void} cb
 */
module.exports = function (client, scope, audience, context, cb) {
  // Keep this line: without it the token loses all of its scopes.
  const accessToken = { scope };

  // A claim needs a namespace, an address of your own; Auth0 drops others.
  // accessToken['https://example.com/plan'] = 'full';

  // To refuse (there are InvalidRequestError and ServerError, too):
  // return cb(new InvalidScopeError('What the application is told'));

  return cb(null, accessToken);
};
