/**
 * Runs when an application wants to trade a token of another system for one of
 * this tenant. Whatever is accepted here logs a user in, so nothing is until
 * the subject token was validated.
 *
 * @param {object} event the token, and the application that has it
 * @param {object} api who the user is, or that there is none
 */
exports.onExecuteCustomTokenExchange = async (event, api) => {
  // Validate event.transaction.subject_token first: its signature, issuer,
  // audience and age. Then say who it stands for:
  // api.authentication.setUserById('auth0|...');
  api.access.deny('invalid_request', `No ${event.transaction.subject_token_type} is accepted yet`);
};
