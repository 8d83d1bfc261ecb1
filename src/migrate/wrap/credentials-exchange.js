// A claim needs a namespace of the tenant's own; Auth0 dropped all others.
const isClaim = (name) => {
  try {
    const { protocol, hostname } = new URL(name);
    const reserved = /(^|\.)(auth0\.com|webtask\.io|webtask\.run)$/.test(hostname);
    return (protocol === 'http:' || protocol === 'https:') && !reserved;
  } catch {
    return false;
  }
};

/**
 * @param {Event} event
 * @param {CredentialsExchangeAPI} api
 */
exports.onExecuteCredentialsExchange = async (event, api) => {
  const client = copy({
    id: event.client.client_id,
    name: event.client.name,
    tenant: event.tenant.id,
    metadata: event.client.metadata,
  });
  const scope = event.accessToken.scope.length > 0 ? copy(event.accessToken.scope) : undefined;
  const audience = event.resource_server.identifier;
  const context = {
    ...copy({ body: event.request.body, ip: event.request.ip }),
    webtask: { secrets: event.secrets },
  };

  const answer = await answerOf((cb) => hook(client, scope, audience, context, cb));
  if (answer.error) {
    const { name, message } = asError(answer.error);
    const codes = { InvalidScopeError: 'invalid_scope', InvalidRequestError: 'invalid_request' };
    return api.access.deny(codes[name] || 'server_error', message);
  }

  let result;
  try {
    result = copy(answer.result);
  } catch {
    const message = 'Error when JSON serializing the result of the extension point';
    return api.access.deny('server_error', message);
  }
  for (const [name, value] of Object.entries(result || {})) {
    if (isClaim(name)) {
      api.accessToken.setCustomClaim(name, value);
    }
  }
};
