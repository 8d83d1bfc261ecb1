/**
 * @typedef {object} Context
 * @property {'sms' | 'voice'} message_type
 * @property {'enrollment' | 'second-factor-authentication'} action
 * @property {string} language a language of the tenant, or `N/A`
 * @property {string} code the one-time code; it must not be logged
 * @property {string} ip
 * @property {string} user_agent
 * @property {{ client_id: string, name: string, client_metadata: object }} [client]
 * @property {{ user_id: string, name: string, email: string, app_metadata: object,
 *   user_metadata: object }} user
 * @property {{ secrets: Record<string, string> }} webtask
 */

/**
 * Runs when a one-time code is to be sent. Blocking: while this script fails,
 * nobody can log in with a code.
 *
 * @param {string} recipient
 * @param {string} text
 * @param {Context} context
 * @param {(error: Error | null, result?: object) => void} cb
 */
module.exports = async function (recipient, text, context, cb) {
  let id;
  try {
    id = await send(recipient, text, context.message_type);
  } catch (error) {
    return cb(new Error(`The message was not sent: ${error}`));
  }

  return cb(null, { MessageID: id });
};

/**
 * Hands the message to whoever sends it, and gives the id it got.
 *
 * @param {string} recipient
 * @param {string} text
 * @param {'sms' | 'voice'} type
 * @returns {Promise<string>}
 */
async function send(recipient, text, type) {
  throw new Error(`no way to send ${type} yet`);
}
