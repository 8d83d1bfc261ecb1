/**
 * Runs when Auth0 has a text or a call for a phone. While it fails, nothing
 * arrives.
 *
 * @param {object} event to whom, and what
 */
exports.onExecuteCustomPhoneProvider = async (event) => {
  const { recipient, as_text: text, delivery_method: method } = event.notification;
  await send(recipient, text, method);
};

/**
 * Hands the message to the service that sends it.
 *
 * @param {string} recipient
 * @param {string} text
 * @param {'text' | 'voice'} method
 */
async function send(recipient, text, method) {
  throw new Error(`no way to send ${method} yet`);
}
