/**
 * Runs when Auth0 has an e-mail to send. While it fails, nothing arrives.
 *
 * @param {object} event to whom, and what
 */
exports.onExecuteCustomEmailProvider = async (event) => {
  const { to, subject, html, text, message_type: type } = event.notification;
  await send({ to, subject, html, text }, type);
};

/**
 * Hands the message to the service that sends it.
 *
 * @param {{ to: string, subject: string, html: string, text: string }} message
 * @param {string} type
 */
async function send(message, type) {
  throw new Error(`no way to send ${type} yet`);
}
