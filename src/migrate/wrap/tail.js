  }).call(module.exports, module.exports, require, module, '', '');
  return returned || module.exports;
})();

// What the hook answered: { error } or { result }.
const answerOf = (call) =>
  new Promise((resolve, reject) => {
    const pending = call((error, result) => resolve(error ? { error } : { result }));
    if (pending && typeof pending.then === 'function') {
      pending.then(undefined, reject);
    }
  });

// Auth0 turned other values into errors before it looked at them.
const asError = (value) =>
  value instanceof Error ? value : new Error(value.message || String(value) || 'Unknown error');

// Arguments and results went through JSON.
const copy = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
