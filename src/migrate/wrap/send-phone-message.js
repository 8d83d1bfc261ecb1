/**
 * @param {Event} event
 */
exports.onExecuteSendPhoneMessage = async (event) => {
  const { recipient, text, message_type, action, code } = event.message_options;
  const context = {
    ...copy({
      message_type,
      action,
      language: event.request.language || 'N/A',
      code,
      ip: event.request.ip,
      user_agent: event.request.user_agent,
      client: event.client && {
        client_id: event.client.client_id,
        name: event.client.name,
        client_metadata: event.client.metadata,
      },
      user: {
        user_id: event.user.user_id,
        name: event.user.name,
        email: event.user.email,
        app_metadata: event.user.app_metadata,
        user_metadata: event.user.user_metadata,
      },
    }),
    webtask: { secrets: event.secrets },
  };

  const answer = await answerOf((cb) => hook(recipient, text, context, cb));
  if (answer.error) {
    throw asError(answer.error);
  }
};
