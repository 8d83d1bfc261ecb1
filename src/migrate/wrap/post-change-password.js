/**
 * @param {Event} event
 */
exports.onExecutePostChangePassword = async (event) => {
  const user = copy({
    // hooks got the id without the prefix of database connections
    id: event.user.user_id?.replace(/^auth0\|/, ''),
    username: event.user.username,
    email: event.user.email,
    last_password_reset: event.user.last_password_reset,
  });
  const context = {
    ...copy({
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
