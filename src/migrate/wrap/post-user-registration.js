/**
 * @param {Event} event
 */
exports.onExecutePostUserRegistration = async (event) => {
  const user = copy({
    // hooks got the id without the prefix of database connections
    id: event.user.user_id.replace(/^auth0\|/, ''),
    tenant: event.tenant.id,
    username: event.user.username,
    email: event.user.email,
    emailVerified: event.user.email_verified,
    phoneNumber: event.user.phone_number,
    phoneNumberVerified: event.user.phone_verified,
    user_metadata: event.user.user_metadata,
    app_metadata: event.user.app_metadata,
  });
  const context = {
    ...copy({
      requestLanguage: event.request?.language,
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
    throw asError(answer.error);
  }
};
