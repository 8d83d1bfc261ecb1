// What Auth0's Deploy CLI does with hooks: creation with secrets, export in both
// layouts, deletion. (Its dry run, and changes, are in tests/clients/round_trips.rs.
// Each of its imports takes ten seconds of CPU, so there are as few as can be.)
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const root = path.dirname(require.resolve("auth0-deploy-cli/package.json"));
const program = path.join(root, require("auth0-deploy-cli/package.json").bin.a0deploy);
const work = fs.mkdtempSync(path.join(os.tmpdir(), "deploy-cli-"));
const at = (...parts) => path.join(work, ...parts);

// Settings come from the environment: AUTH0_DOMAIN and the credentials are
// there already.
function run(args, settings) {
  const env = { ...process.env, AUTH0_INCLUDED_ONLY: '["hooks"]', ...settings };
  return execFileSync(process.execPath, [program, ...args], { env, encoding: "utf8" });
}

function write(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

const script = "module.exports = function (user, context, cb) { cb(null, { user }); };\n";
const definition = {
  name: "My Hook",
  triggerId: "pre-user-registration",
  script: "./my.js",
  enabled: true,
  dependencies: { lodash: "4.17.21" },
  secrets: { KEY: "##VALUE##", OTHER: "plain" },
};

try {
  write(at("source/hooks/my.json"), JSON.stringify(definition));
  write(at("source/hooks/my.js"), script);
  const mappings = { AUTH0_KEYWORD_REPLACE_MAPPINGS: '{"VALUE":"from a keyword"}' };
  run(["import", "-i", at("source")], mappings);

  // Exported as a folder: masked secrets, the script byte for byte.
  run(["export", "-f", "directory", "-o", at("folder")]);
  assert.deepEqual(JSON.parse(fs.readFileSync(at("folder/hooks/my-hook.json"), "utf8")), {
    ...definition,
    name: "my-hook",
    script: "./my-hook.js",
    secrets: { KEY: "_VALUE_NOT_SHOWN_", OTHER: "_VALUE_NOT_SHOWN_" },
  });
  assert.equal(fs.readFileSync(at("folder/hooks/my-hook.js"), "utf8"), script);

  // And as one file.
  run(["export", "-f", "yaml", "-o", at("yaml")]);
  assert.match(fs.readFileSync(at("yaml/tenant.yaml"), "utf8"), /^hooks:\n  - name: my-hook$/m);

  // Dropped from the files: deleted, where that is allowed.
  write(at("empty/tenant.yaml"), "hooks: []\n");
  run(["import", "-i", at("empty/tenant.yaml")], { AUTH0_ALLOW_DELETE: "true" });
} finally {
  fs.rmSync(work, { recursive: true, force: true });
}
