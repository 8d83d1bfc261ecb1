// A saved plan whose texts try to be markup: on stdout, for `hooksync show`.
import { readFileSync } from 'node:fs';

const plan = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const bad = [
  '</script><script>window.pwned = 1</script>',
  '<img src=x onerror="window.pwned = 2">',
  '"><svg onload=window.pwned=3>',
  '\u202e\u001b[31m<a href="javascript:window.pwned=4">x</a>',
  '<style>*{display:none}</style><base href="https://example.com/">',
  "' onfocus='window.pwned=5' autofocus x='",
];
let next = 0;
const text = () => bad[next++ % bad.length];
plan.tenant = text();
plan.environment = text();
plan.directory = text();
for (const change of plan.changes) {
  change.kind = 'action';
  change.name = text() + text();
  change.trigger_id = text();
  change.source = text();
  change.blocked = text();
  change.secrets.push({ key: text(), action: 'delete' });
  for (const field of change.fields) {
    if (field.field === 'script') {
      field.diff = field.diff.split('\n').map((line) => (/^[+ -][^+-]/.test(line) ? line + text() : line)).join('\n');
    } else if (typeof field.new === 'string') {
      field.new = text();
    } else if (field.field === 'dependencies') {
      field.new[text()] = text();
    }
  }
}
for (const step of plan.steps) step.name = text();
plan.warnings.push({ code: text(), message: text(), source: text(), line: 1, column: 1 });
plan.unmanaged.push({ kind: 'action', name: text(), trigger_id: text(), id: text() });
plan.unresolved.push({ name: text(), key: text(), keywords: [text()], source: text() });
process.stdout.write(JSON.stringify(plan));
