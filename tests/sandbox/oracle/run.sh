#!/bin/sh
# Runs the cases of the sandbox on Node.js again, with Auth0's published compiler
# of hooks and its way to load Actions, and fails if an answer is not the recorded
# one (answers.json), which cargo test holds the sandbox against every time.
# UPDATE_ORACLE=1 records them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work="$root/target/loader"
what="sandbox oracle"
. "$root/tests/loader/install.sh"

answers="$root/target/oracle-answers.json"
NODE_PATH="$work/node_modules" "$node" "$here/oracle.js" > "$answers"
if [ "${UPDATE_ORACLE:-}" = 1 ]; then
  cp "$answers" "$here/answers.json"
fi
"$node" -e '
  const [now, recorded] = process.argv.slice(1).map((path) => JSON.parse(require("fs").readFileSync(path)));
  const by = (all) => new Map(all.map((it) => [`${it.kind} ${it.trigger} ${it.name}`, it]));
  const [a, b] = [by(now), by(recorded)];
  const other = [...new Set([...a.keys(), ...b.keys()])].filter(
    (key) => !require("util").isDeepStrictEqual(a.get(key), b.get(key))
  );
  for (const key of other) {
    console.error(`differs from what is recorded: ${key}`);
    console.error("  now     ", JSON.stringify({ ...a.get(key), script: undefined, event: undefined }));
    console.error("  recorded", JSON.stringify({ ...b.get(key), script: undefined, event: undefined }));
  }
  console.log(`sandbox oracle: ${a.size} cases on Node.js ${process.version}, ${other.length} differ from what is recorded`);
  process.exit(other.length ? 1 : 0);
' "$answers" "$here/answers.json"
