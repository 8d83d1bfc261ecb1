// Opens every page of a folder. Usage: check.mjs BROWSER PAGES SCREENSHOTS
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer-core';

const [browserPath, pages, screenshots] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = [390, 1280];
let failures = 0;
let passed = 0;

const check = (what, good, detail = '') => {
  if (good) { passed += 1; return; }
  failures += 1;
  console.log(`FAILED ${what}${detail ? `: ${detail}` : ''}`);
};

mkdirSync(screenshots, { recursive: true });
const browser = await puppeteer.launch({
  executablePath: browserPath,
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
});

// A page that listens from its first moment on.
const open = async (file, { width = 1280, dark = false, scripts = true } = {}) => {
  const url = pathToFileURL(resolve(file)).href;
  const page = await browser.newPage();
  const heard = [];
  page.on('console', (message) => { if (message.type() !== 'log') heard.push(`console: ${message.text()}`); });
  page.on('pageerror', (error) => heard.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => { heard.push('a dialog'); void dialog.dismiss(); });
  page.on('request', (request) => { if (request.url().split('#')[0] !== url) heard.push(`request: ${request.url()}`); });
  await page.setViewport({ width, height: 900 });
  await page.setJavaScriptEnabled(scripts);
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
  await page.goto(url, { waitUntil: 'load' });
  return { page, heard };
};

const looks = async (file) => {
  const name = basename(file, '.html');
  for (const width of WIDTHS) {
    for (const dark of [false, true]) {
      const what = `${name} at ${width}${dark ? ', dark' : ''}`;
      const { page, heard } = await open(file, { width, dark });
      const found = await page.evaluate(`${axe}; axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`);
      check(`${what}: axe`, found.violations.length === 0, found.violations
        .map((one) => `${one.id} (${one.nodes.length}): ${one.help}: ${one.nodes[0].html.slice(0, 160)} ${one.nodes[0].failureSummary}`).join('\n  '));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      check(`${what}: nothing sticks out`, wide <= 0, `${wide} px`);
      check(`${what}: no message, no request`, heard.length === 0, heard.join('; '));
      check(`${what}: foreign text is inert`, await page.evaluate(() => window.pwned === undefined
        && document.scripts.length === 1 && document.querySelectorAll('img, svg, base, iframe, [onfocus], [onload], [onerror]').length === 0
        && Array.from(document.links).every((link) => link.getAttribute('href').startsWith('#'))));
      await page.screenshot({ path: join(screenshots, `${name}-${width}${dark ? '-dark' : ''}.png`), fullPage: width > 500 });
      await page.close();
    }
  }
  const { page } = await open(file, { scripts: false });
  const folded = await page.$$eval('.change > details', (all) => all.filter((one) => !one.open).length);
  const tools = await page.$$eval('.tools', (all) => all.filter((one) => getComputedStyle(one).display !== 'none').length);
  check(`${name}: without scripts all is there`, folded === 0 && tools === 0, `${folded} folded, ${tools} tools`);
  await page.emulateMediaType('print');
  const pdf = await page.pdf({ format: 'A4' });
  check(`${name}: prints`, pdf.length > 1000);
  await page.close();
};

// What a person without a mouse does on a plan.
const keyboard = async (file) => {
  const name = basename(file, '.html');
  const { page, heard } = await open(file);
  const total = await page.$$eval('.change', (all) => all.length);
  const shown = () => page.$$eval('.change', (all) => all.filter((one) => !one.hidden).map((one) => one.dataset.name));
  const focused = () => page.evaluate(() => document.activeElement.outerHTML.slice(0, 80));
  const tabTo = async (test) => {
    for (let nth = 0; nth < 200; nth += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(test)) return true;
    }
    return false;
  };
  await page.keyboard.press('Tab');
  check(`${name}: the first stop skips to the content`, (await focused()).includes('class="skip"'), await focused());
  check(`${name}: Tab reaches the filter`, await tabTo(() => document.activeElement.type === 'search'));
  const first = (await shown())[0];
  await page.keyboard.type(first.toUpperCase());
  const one = await shown();
  check(`${name}: a name filters`, one.length >= 1 && one.length < total && one.every((it) => it.includes(first)), one.join(' '));
  const status = await page.$eval('[role=status]', (it) => it.textContent);
  check(`${name}: and it is said`, status === `${one.length} of ${total} shown`, status);
  for (let nth = 0; nth < first.length; nth += 1) await page.keyboard.press('Backspace');
  check(`${name}: and back`, (await shown()).length === total);
  await tabTo(() => document.activeElement.type === 'checkbox');
  const verb = await page.evaluate(() => document.activeElement.value);
  await page.keyboard.press('Space');
  const rest = await page.$$eval('.change', (all) => all.filter((it) => !it.hidden).map((it) => it.dataset.verb));
  check(`${name}: a verb filters`, rest.length < total && !rest.includes(verb), rest.join(' '));
  await page.keyboard.press('Space');
  await tabTo(() => document.activeElement.value === 'close');
  await page.keyboard.press('Enter');
  const open_ = () => page.$$eval('.change > details', (all) => all.filter((it) => it.open).length);
  check(`${name}: all fold`, (await open_()) === 0);
  await tabTo(() => document.activeElement.tagName === 'SUMMARY');
  await page.keyboard.press('Enter');
  check(`${name}: one unfolds`, (await open_()) === 1);
  check(`${name}: no message`, heard.length === 0, heard.join('; '));
  await page.close();
};

const files = readdirSync(pages).filter((name) => name.endsWith('.html')).sort();
check('there are pages', files.length > 0);
for (const file of files) await looks(join(pages, file));
for (const file of files.filter((name) => name === 'plan.html')) await keyboard(join(pages, file));
if (files.includes('shown.html')) {
  const [plan, shown] = ['plan.html', 'shown.html'].map((name) => readFileSync(join(pages, name), 'utf8')
    .replace(/(\d+ write requests?), [^<]*/g, '$1'));
  check('a saved plan is shown as the plan was', plan === shown);
}
await browser.close();
console.log(`${passed} passed, ${failures} failed`);
process.exit(failures === 0 ? 0 : 1);
