const hook = (() => {
  const module = { exports: {} };
  const returned = (function (exports, require, module, __filename, __dirname) {
    class ExtensibilityUserError extends Error {
      constructor(message) {
        super(message);
        this.name = this.constructor.name;
      }
    }
