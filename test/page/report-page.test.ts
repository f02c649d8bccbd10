import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { reportFiles } from '../../reports/files.js';
import { openPage, startBrowser } from '../support/browser.js';
import { exampleReport } from '../support/example-report.js';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

describe('report.html in a browser', function () {
  this.timeout(120_000);
  let browser: Browser;
  let folder: string;
  let url: string;

  before(async function () {
    // The first time on a machine, the browser is installed.
    this.timeout(600_000);
    browser = await startBrowser();
    folder = await mkdtemp(join(tmpdir(), 'report-'));
    const report = exampleReport();
    const logs = report.record.tests.flatMap(({ cells }) =>
      cells.flatMap(({ attempts }) => attempts.flatMap(({ ranks }) => ranks.map(({ log }) => log.path))),
    );
    const files = {
      ...reportFiles(report),
      'record.json': '{}',
      ...Object.fromEntries(logs.map((path) => [path, 'log'])),
    };
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    url = pathToFileURL(join(folder, 'report.html')).href;
  });

  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  for (const width of [390, 1440]) {
    for (const dark of [false, true]) {
      it(`is whole and usable at ${width} px, ${dark ? 'dark' : 'light'}`, async () => {
        const { page, trouble } = await openPage(browser, { width, dark });
        await page.goto(url);
        assert.deepEqual(trouble, []);
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width, 'nothing is cut off');
        for (const id of ['bandwidth', 'latency', 'ladder-1', 'timeline', 'history-1']) {
          const box = await page.locator(`#${id} svg[role=img]:visible`).boundingBox();
          assert.ok(box && box.width > 250 && box.height > 100, `${id} is drawn`);
          assert.ok(box.x >= 0 && box.x + box.width <= width, `${id} fits`);
        }
        const smallest = await page.evaluate(
          'Math.min(...[...document.querySelectorAll("figure svg text")].filter((t) => t.checkVisibility()).map((t) => parseFloat(getComputedStyle(t).fontSize) * t.getCTM().a))',
        );
        assert.ok(Number(smallest) >= 9.9, `text of charts is ${smallest} px`);
        await page.addScriptTag({ content: await readFile(AXE, 'utf8') });
        const found = (await page.evaluate('axe.run().then(({ violations }) => violations)')) as AxeViolation[];
        assert.deepEqual(
          found.map(
            ({ id, nodes }) =>
              `${id}: ${nodes
                .map(({ html }) => html)
                .slice(0, 3)
                .join(' ')}`,
          ),
          [],
        );
        await page.close();
      });
    }
  }

  it('leads to the evidence and to the other files', async () => {
    const { page, trouble } = await openPage(browser, { width: 1440 });
    await page.goto(url);
    const links = await page.locator('main a[href*=".log"]').all();
    assert.equal(links.length, 32);
    const targets = await page.evaluate('[...document.querySelectorAll("a[href]")].map((a) => a.href)');
    for (const target of targets as string[]) {
      const { protocol, pathname, hash } = new URL(target);
      assert.equal(protocol, 'file:');
      await readFile(decodeURIComponent(pathname));
      if (hash) assert.equal(await page.locator(hash).count(), 1, hash);
    }
    await links[0]?.click();
    assert.match(page.url(), /r1-a1\/node1\.log$/);
    assert.deepEqual(trouble, []);
    await page.close();
  });

  it('is used by keyboard alone: the first stop skips to the results, tables open and scroll', async () => {
    const { page } = await openPage(browser, { width: 390 });
    await page.goto(url);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the results');
    await page.locator('#bandwidth summary').focus();
    await page.keyboard.press('Enter');
    assert.ok(await page.locator('#bandwidth table').isVisible());
    await page.close();
  });
});

interface AxeViolation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}
