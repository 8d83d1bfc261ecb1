/**
 * Runs for each event of the stream that it is bound to. A failed event is
 * delivered again, so what is done has to do no harm when it is done twice.
 *
 * @param {object} event the message
 */
exports.onExecuteEventStream = async (event) => {
  const { id, type } = event.message;
  console.log(`${type} (${id})`);
};
