import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { reportHtml } from '../../reports/html/html.js';
import { ATTACKS, attackReport } from '../support/attack-report.js';
import { openPage, startBrowser } from '../support/browser.js';

/** Notes what the policy of the page refuses, before anything on the page runs. */
const NOTE_VIOLATIONS = `window.violations = [];
document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => window.violations.push(violatedDirective + ' ' + blockedURI));`;

describe('report.html of texts from outside in a browser', () => {
  let browser: Browser;
  let folder: string;
  let page: string;

  before(async function () {
    this.timeout(600_000);
    browser = await startBrowser();
    folder = await mkdtemp(join(tmpdir(), 'attack-'));
    page = reportHtml(attackReport());
    await mkdir(dirname(join(folder, 'report.html')), { recursive: true });
    await writeFile(join(folder, 'report.html'), page);
    const raw = page.replace('<main id="content">', `<main id="content">${ATTACKS.html}<p style="color:red">x</p>`);
    await writeFile(join(folder, 'raw.html'), raw);
  });

  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  async function open(name: string) {
    const { page: opened, trouble } = await openPage(browser, { width: 1440 });
    const dialogs: string[] = [];
    opened.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    await opened.addInitScript(NOTE_VIOLATIONS);
    await opened.goto(pathToFileURL(join(folder, name)).href);
    return { opened, trouble, dialogs };
  }

  it('shows them as text: no dialog, no request, nothing that its own policy refuses, and the charts are drawn', async () => {
    const { opened, trouble, dialogs } = await open('report.html');
    assert.deepEqual(trouble, []);
    assert.deepEqual(dialogs, []);
    assert.deepEqual(await opened.evaluate('window.violations'), []);
    const text = (await opened.locator('header').textContent()) ?? '';
    assert.ok(text.includes('<img src=x onerror=alert(1)><script>alert(2)</script>'), text);
    assert.equal(await opened.locator('img, script, iframe, object, b').count(), 0);
    for (const id of ['bandwidth', 'latency', 'ladder-1', 'history-1']) {
      const box = await opened.locator(`#${id} svg[role=img]:visible`).boundingBox();
      assert.ok(box && box.width > 250 && box.height > 100, id);
    }
    const size = await opened.evaluate(
      'getComputedStyle(document.querySelector("#bandwidth .wide svg text")).fontSize',
    );
    assert.equal(size, '12px', 'the policy takes no style from the charts');
    await opened.close();
  });

  it('leads nowhere but to files beside it and to places on the page', async () => {
    const { opened } = await open('report.html');
    const targets = (await opened.evaluate('[...document.querySelectorAll("[href]")].map((a) => a.href)')) as string[];
    const own = pathToFileURL(folder).href;
    for (const target of targets) assert.ok(target.startsWith(`${own}/`) || target === 'data:,', target);
    await opened.close();
  });

  it('runs no script and takes no style even where a text would not be escaped', async () => {
    const { opened, dialogs } = await open('raw.html');
    await opened.evaluate('document.querySelector("main > a")?.click()');
    assert.deepEqual(dialogs, []);
    const violations = (await opened.evaluate('window.violations')) as string[];
    assert.ok(
      violations.some((one) => one.startsWith('script-src')),
      violations.join(),
    );
    assert.ok(
      violations.some((one) => one.startsWith('style-src')),
      violations.join(),
    );
    await opened.close();
  });
});
