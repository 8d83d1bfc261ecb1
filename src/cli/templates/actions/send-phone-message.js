/**
 * Runs when a one-time code is to be sent. Blocking: while it fails, nobody
 * can log in with a code.
 *
 * @param {object} event to whom, and what
 */
exports.onExecuteSendPhoneMessage = async (event) => {
  const { recipient, text, message_type: type } = event.message_options;
  await send(recipient, text, type);
};

/**
 * Hands the message to the service that sends it.
 *
 * @param {string} recipient
 * @param {string} text
 * @param {'sms' | 'voice'} type
 */
async function send(recipient, text, type) {
  throw new Error(`no way to send ${type} yet`);
}
