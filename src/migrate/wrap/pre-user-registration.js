/**
 * @param {Event} event
 * @param {PreUserRegistrationAPI} api
 */
exports.onExecutePreUserRegistration = async (event, api) => {
  const user = copy({
    tenant: event.tenant.id,
    username: event.user.username,
    email: event.user.email,
    phoneNumber: event.user.phone_number,
    user_metadata: event.user.user_metadata,
    app_metadata: event.user.app_metadata,
  });
  const context = {
    ...copy({
      requestLanguage: event.request.language,
      renderLanguage: event.transaction?.locale,
      request: { ip: event.request.ip, language: event.request.language },
      connection: {
        id: event.connection.id,
        name: event.connection.name,
        tenant: event.tenant.id,
      },
    }),
    webtask: { secrets: event.secrets },
  };

  const answer = await answerOf((cb) => hook(user, context, cb));
  if (answer.error) {
    const { message, friendlyMessage } = asError(answer.error);
    return api.access.deny(message, friendlyMessage || message);
  }

  let result;
  try {
    result = copy(answer.result);
  } catch {
    const message = 'Error when JSON serializing the result of the extension point';
    return api.access.deny(message, message);
  }
  const changed = (result && result.user) || {};
  // What the hook returned, where it differs from what the user had; `null` removes a key.
  const send = (before, after, set) => {
    if (!after || typeof after !== 'object' || Array.isArray(after)) {
      return;
    }
    const own = (all, key) => (Object.hasOwn(all || {}, key) ? all[key] : undefined);
    for (const key of Object.keys({ ...before, ...after })) {
      const value = own(after, key);
      if (JSON.stringify(own(before, key)) !== JSON.stringify(value)) {
        set(key, value === undefined ? null : value);
      }
    }
  };
  send(event.user.user_metadata, changed.user_metadata, (key, value) =>
    api.user.setUserMetadata(key, value)
  );
  send(event.user.app_metadata, changed.app_metadata, (key, value) =>
    api.user.setAppMetadata(key, value)
  );
};
