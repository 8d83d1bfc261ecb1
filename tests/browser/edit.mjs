// Edits a copy of the demo: a script, a switch, a name, a package, a deletion.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(process.argv[2], 'hooks');
const files = readdirSync(root).sort();
const edit = (name, change) => {
  const path = join(root, name);
  const text = readFileSync(path, 'utf8');
  const changed = change(text);
  if (changed === text) throw new Error(`nothing to edit in ${name}`);
  writeFileSync(path, changed);
};
const has = (name, word) => readFileSync(join(root, name), 'utf8').includes(word);
const scripts = files.filter((name) => name.endsWith('.js') && has(name, 'return cb('));
for (const name of scripts.slice(0, 2)) {
  edit(name, (text) => text.replace(/\n(\s+)const (\w+) = /, '\n$1// what a reviewer looks at\n$1const $2 = ')
    .replace(/return cb\(/g, 'return void cb('));
}
const definitions = files.filter((name) => /(?<!\.test)\.yaml$/.test(name));
const enabled = definitions.filter((name) => has(name, 'enabled: true'));
edit(enabled[0], (text) => text.replace('enabled: true', 'enabled: false'));
const gone = enabled.at(-1).replace('.yaml', '');
for (const name of files.filter((name) => name.startsWith(`${gone}.`))) rmSync(join(root, name));
