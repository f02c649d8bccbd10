import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { reportFiles } from '../../reports/files.js';
import { reportHtml } from '../../reports/html/html.js';
import { cellsOf, evidenceOf } from '../../results/records/any-cell.js';
import { openPage, startBrowser } from '../support/browser.js';
import { exampleReport } from '../support/example-report.js';
import { manyTests } from '../support/many-tests.js';

const CHARTS = [
  'bandwidth',
  'latency',
  'ladder-1',
  'timeline',
  'history-1',
  'history-2',
  'first-token',
  'network',
  'throughput',
];
/** Words of charts that reach beyond their picture. */
const CUT_OFF = `[...document.querySelectorAll('figure svg[role=img]')].flatMap((svg) => {
  const whole = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')]
    .filter((text) => text.checkVisibility())
    .filter((text) => {
      const box = text.getBoundingClientRect();
      return box.left < whole.left - 1 || box.right > whole.right + 1 || box.top < whole.top - 1 || box.bottom > whole.bottom + 1;
    })
    .map((text) => text.textContent);
})`;
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

describe('report.html in a browser', () => {
  let browser: Browser;
  let folder: string;
  let url: string;
  let simulated: string;
  let many: string;

  before(async function () {
    // The first time on a machine, the browser is installed.
    this.timeout(600_000);
    browser = await startBrowser();
    folder = await mkdtemp(join(tmpdir(), 'report-'));
    const report = exampleReport();
    const evidence = cellsOf(report.record).flatMap(evidenceOf);
    const files = {
      ...reportFiles(report),
      'record.json': '{}',
      'many.html': reportHtml(manyTests(200, { failed: 2 })),
      'simulated.html': reportHtml(exampleReport(1, { engine: 'mocker', repetitions: 1 })),
      ...Object.fromEntries(evidence.map(({ path }) => [path, 'log'])),
    };
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    url = pathToFileURL(join(folder, 'report.html')).href;
    many = pathToFileURL(join(folder, 'many.html')).href;
    simulated = pathToFileURL(join(folder, 'simulated.html')).href;
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
        for (const id of CHARTS) {
          const box = await page.locator(`#${id} svg[role=img]:visible`).boundingBox();
          assert.ok(box && box.width > 250 && box.height > 100, `${id} is drawn`);
          assert.ok(box.x >= 0 && box.x + box.width <= width, `${id} fits`);
        }
        const smallest = await page.evaluate(
          'Math.min(...[...document.querySelectorAll("figure svg text")].filter((t) => t.checkVisibility()).map((t) => parseFloat(getComputedStyle(t).fontSize) * t.getCTM().a))',
        );
        assert.ok(Number(smallest) >= 9.9, `text of charts is ${smallest} px`);
        assert.deepEqual(await page.evaluate(CUT_OFF), []);
        // The policy of the page lets no script run that the page loads.
        await page.evaluate(await readFile(AXE, 'utf8'));
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

  for (const width of [390, 1440]) {
    it(`is whole and usable with 200 tests at ${width} px`, async () => {
      const { page, trouble } = await openPage(browser, { width });
      await page.goto(many);
      assert.deepEqual(trouble, []);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width, 'nothing is cut off');
      assert.deepEqual(await page.evaluate(CUT_OFF), []);
      const hashes = await page.evaluate('[...document.querySelectorAll("a[href^=\\"#\\"]")].map((a) => a.hash)');
      for (const hash of new Set(hashes as string[])) assert.equal(await page.locator(hash).count(), 1, hash);
      await page.locator('#other-tests summary').click();
      assert.ok(await page.locator('#test-lf-v150').isVisible());
      // The policy of the page lets no script run that the page loads.
      await page.evaluate(await readFile(AXE, 'utf8'));
      const found = (await page.evaluate('axe.run().then(({ violations }) => violations)')) as AxeViolation[];
      assert.deepEqual(
        found.map(({ id }) => id),
        [],
      );
      await page.close();
    });
  }

  for (const width of [390, 1440]) {
    it(`says in every picture of a simulated engine what it is, readable at ${width} px`, async () => {
      const { page, trouble } = await openPage(browser, { width });
      await page.goto(simulated);
      for (const id of ['first-token', 'network', 'throughput', 'history-2']) {
        const mark = page.locator(`#${id} svg[role=img]:visible text`, { hasText: 'simulated engine' });
        assert.ok(await mark.isVisible(), id);
      }
      assert.equal(await page.locator('.card', { hasText: 'simulated engine' }).count(), 3);
      assert.deepEqual(await page.evaluate(CUT_OFF), []);
      assert.deepEqual(trouble, []);
      await page.close();
    });
  }

  it('has the figures of phase 3 as words and as a table, for those who do not see the pictures', async () => {
    const { page } = await openPage(browser, { width: 1440 });
    await page.goto(url);
    const picture = page.getByRole('img', { name: /^Time to first token against concurrency\. TTFT, median: / });
    assert.match(
      (await picture.getAttribute('aria-label')) ?? '',
      /disaggregated from 303\.1 ms at concurrency 1 to 968\.7 ms/,
    );
    await page.locator('#network summary').click();
    const rows = page.getByRole('region', { name: /^Network share of the time to first token/ }).getByRole('row');
    assert.equal(await rows.count(), 8);
    assert.match((await rows.nth(1).textContent()) ?? '', /^disaggregated1303\.1 ms.*26\.03 ms8\.6 %measured219\.8 ms/);
    await page.close();
  });

  it('leads to the evidence and to the other files', async () => {
    const { page, trouble } = await openPage(browser, { width: 1440 });
    await page.goto(url);
    const links = await page.locator('main a[href*=".log"]').all();
    assert.equal(links.length, 32 + 72);
    const targets = await page.evaluate('[...document.querySelectorAll("a[href]")].map((a) => a.href)');
    for (const target of targets as string[]) {
      const { protocol, pathname, hash } = new URL(target);
      assert.equal(protocol, 'file:');
      await readFile(decodeURIComponent(pathname));
      if (hash) assert.equal(await page.locator(hash).count(), 1, hash);
    }
    await links[0]?.click();
    assert.match(page.url(), /\/aggregated\/c1-r1\/load\.log$/);
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
