import assert from 'node:assert/strict';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { type SiteFile, siteFiles } from '../../reports/site.js';
import { writeBelow } from '../../results/records/folder.js';
import { compareRun } from '../../results/regression/compare-run.js';
import { putComparison } from '../../results/regression/run-comparison.store.js';
import { ResultStore } from '../../results/store.js';
import type { LogReference, SuiteRecord } from '../../suite/record/record.js';
import { openPage, startBrowser } from '../support/browser.js';
import { nightlyRun, recordNights } from '../support/nights.js';
import { saveRun } from '../support/stored.js';

describe('the site in a browser', () => {
  let browser: Browser;
  let folder: string;
  let site: string;
  let store: ResultStore;
  const load = { repetitions: 1, concurrencies: [1, 4] };

  const files = async () => {
    const all: SiteFile[] = [];
    for await (const file of siteFiles(store, 100)) all.push(file);
    return all;
  };

  before(async function () {
    // The first time on a machine, the browser is installed.
    this.timeout(600_000);
    browser = await startBrowser();
    folder = await mkdtemp(join(tmpdir(), 'site-'));
    site = join(folder, 'site');
    store = new ResultStore(join(folder, 'results'));
    await recordNights(
      store,
      Array.from({ length: 13 }, (_, night) => ({ night, load })),
    );
    const loadLog = await store.saveLog('nightly-013', 'disaggregated/c1-r1/load.log', 'what AIPerf said');
    await saveRun(store, withEvidence(nightlyRun({ night: 13, load }), loadLog));
    const log = await store.saveLog('odd name/with: everything?', 'nixl-libfabric/r1-a1/node1.log', 'rank 0');
    const slow = nightlyRun({
      night: 14,
      bandwidth: 42e9,
      change: (cell) => ({
        ...cell,
        measuredBy: { workflowId: 'odd name/with: everything?', runId: 'r1' },
        attempts: cell.attempts.map((attempt) => ({
          ...attempt,
          ranks: attempt.ranks.map((rank) => ({ ...rank, log })),
        })),
      }),
    });
    const odd = { ...slow, workflowId: 'odd name/with: everything?', runId: 'r1' };
    await saveRun(store, odd);
    await store.write(async (transaction) => putComparison(transaction, odd, await compareRun(transaction, odd)));
    await saveRun(store, { ...nightlyRun({ night: 3 }), runId: 'earlier', startedAt: '2025-12-01T00:00:00.000Z' });
    for (const { path, text } of await files()) await writeBelow(site, path, [text]);
  });
  after(async () => {
    await browser?.close();
    await store.close();
    await rm(folder, { recursive: true });
  });

  it('has a page for every run, links that lead somewhere, and evidence', async () => {
    const seen = new Set<string>();
    const waiting = [pathToFileURL(join(site, 'index.html')).href];
    const { page, trouble } = await openPage(browser, { width: 1440 });
    for (let url = waiting.pop(); url !== undefined; url = waiting.pop()) {
      const file = fileURLToPath(url.split('#')[0] ?? '');
      if (seen.has(file)) continue;
      seen.add(file);
      if (!file.endsWith('.html')) {
        // The evidence of the other made-up nights was never stored.
        if (!/\/r\d-a\d\/|\/c\d-r\d\//.test(file) || file.includes('odd')) await access(file);
        continue;
      }
      await page.goto(url);
      waiting.push(
        ...((await page.evaluate('[...document.querySelectorAll("a[href]")].map((a) => a.href)')) as string[]),
      );
    }
    assert.deepEqual(trouble, []);
    assert.equal([...seen].filter((file) => file.endsWith('report.html')).length, 16);
    const log = [...seen].find((file) => file.endsWith('.log') && file.includes('odd'));
    assert.equal(await readFile(log ?? '', 'utf8'), 'rank 0');
    const ofLoad = [...seen].find((file) => file.endsWith('nightly-013/disaggregated/c1-r1/load.log'));
    assert.equal(await readFile(ofLoad ?? '', 'utf8'), 'what AIPerf said');
    await page.close();
  });

  for (const width of [390, 1440]) {
    it(`is readable at ${width} px: the index names what regressed, the history draws it`, async () => {
      const { page, trouble } = await openPage(browser, { width });
      await page.goto(pathToFileURL(join(site, 'index.html')).href);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
      assert.equal(await page.locator('.badge.regressed').count(), 2);
      await page.getByRole('link', { name: 'History of its metrics' }).click();
      assert.ok(await page.locator('#history-1 svg[role=img]:visible').isVisible());
      const ofLoad = page.getByRole('figure', { name: 'disaggregated/ttft/c4 across runs' });
      assert.ok(await ofLoad.locator('svg[role=img]:visible').isVisible());
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
      assert.deepEqual(trouble, []);
      await page.close();
    });
  }

  it('is the same to the byte when it is made again', async () => {
    assert.deepEqual(await files(), await files());
  });

  it('is a page that says so when nothing is recorded', async () => {
    const empty = new ResultStore(join(folder, 'empty'));
    const all: SiteFile[] = [];
    for await (const file of siteFiles(empty, 10)) all.push(file);
    await empty.close();
    assert.deepEqual(
      all.map(({ path }) => path),
      ['index.html'],
    );
    assert.match(all[0]?.text ?? '', /No results recorded yet/);
  });
});

/** The run with this as the evidence of its load points. */
function withEvidence(record: SuiteRecord, log: LogReference): SuiteRecord {
  const { dynamo } = record;
  assert.ok(dynamo);
  const tests = dynamo.tests.map((test) => ({
    ...test,
    cells: test.cells.map((cell) => ({ ...cell, evidence: [log] })),
  }));
  return { ...record, dynamo: { ...dynamo, tests } };
}
