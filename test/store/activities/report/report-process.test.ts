import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { writeReports } from '../../../../activities/report/report-files.js';
import { makeReports } from '../../../../activities/report/report-process.js';
import { reportFiles } from '../../../../reports/files.js';
import { readReport } from '../../../../reports/model/assemble.js';
import { ResultStore } from '../../../../results/store.js';
import { environment, isolated } from '../../../support/environment.js';
import { failureOfClass } from '../../../support/failure-of-class.js';
import { nightlyRun, recordNights } from '../../../support/nights.js';
import { SilentPostgres } from '../../../support/silent-postgres.js';
import { temporaryStore } from '../../../support/temporary-store.js';

const WORKER = fileURLToPath(new URL('../../../support/reporting-process.js', import.meta.url));
const LIMITS = { megabytes: 160, seconds: 60 };

describe('the process that makes reports', () => {
  const at = temporaryStore();
  let silent: SilentPostgres;

  beforeEach(async () => {
    silent = await SilentPostgres.open();
  });
  afterEach(() => silent.close());

  function run(name = 'w') {
    return { workflowId: name, runId: `run-${name}`, key: 'k', namespace: 'n', leaseNamespace: 'n', retryFor: 60 };
  }

  it('writes the same files as the command line, and the record', async () => {
    await recordNights(at.store, [{ night: 0 }, { night: 1 }]);
    const { workflowId, runId } = nightlyRun({ night: 1 });
    const folder = await new MockActivityEnvironment().run(writeReports, at.store, { ...run(), workflowId, runId });
    assert.equal(folder, at.store.folder(workflowId));
    const report = await at.store.use((kysely) => readReport(kysely, workflowId));
    for (const [name, text] of Object.entries(reportFiles(report)))
      assert.equal(await readFile(join(at.store.folder(workflowId), name), 'utf8'), text, name);
    const record = await readFile(join(at.store.folder(workflowId), 'record.json'), 'utf8');
    assert.deepEqual(JSON.parse(record), report.record);
  });

  it('passes on the failure of the store, with its class', async () => {
    await at.store.open();
    const { root } = at.store;
    const made = (url?: string) => makeReports({ root, url, run: 'unknown' }, new AbortController().signal, LIMITS);
    await assert.rejects(made(), failureOfClass('NotFound', /run "unknown" does not exist/));
    const { url } = silent;
    silent.close();
    await assert.rejects(made(url), failureOfClass('StoreUnavailable', /ECONNREFUSED/));
  });

  it('fails with the last error when it needs more memory than it may have', async () => {
    await recordNights(at.store, [{ night: 0 }]);
    const { root } = at.store;
    const made = makeReports({ root, run: 'nightly-000' }, new AbortController().signal, { ...LIMITS, megabytes: 16 });
    await assert.rejects(
      made,
      failureOfClass('ReportFailed', /^the reports of run nightly-000 could not be made: .*heap out of memory/),
    );
  });

  it('is killed when it takes too long', async () => {
    const made = makeReports({ root: at.store.root, url: silent.url, run: 'w' }, new AbortController().signal, {
      ...LIMITS,
      seconds: 1,
    });
    await assert.rejects(made, failureOfClass('ReportFailed', /took longer than 1 s/));
    assert.deepEqual(reportProcesses(), []);
  });

  it('is killed when the activity is cancelled', async () => {
    const activity = new MockActivityEnvironment();
    const store = new ResultStore(at.store.root, silent.url);
    const query = silent.query();
    const made = activity.run(writeReports, store, run());
    const socket = await query;
    const ended = once(socket, 'close');
    activity.cancel('NOT_FOUND');
    await assert.rejects(made, CancelledFailure);
    await ended;
  });

  it('starts once more after it was killed, and then fails', async () => {
    const made = makeReports({ root: at.store.root, url: silent.url, run: 'w' }, new AbortController().signal, LIMITS);
    const failed = assert.rejects(made, failureOfClass('ReportFailed', /ended with SIGKILL/));
    for (let tries = 1; tries <= 2; tries++) {
      await silent.query();
      const [child] = reportProcesses();
      assert.ok(child);
      process.kill(child, 'SIGKILL');
    }
    await failed;
  });

  it('ends with the worker that started it, and hides the password of the store from other users', async () => {
    const query = silent.query();
    const worker = isolated(process.execPath, [WORKER, at.store.root, 'w'], {
      env: environment({ RESULTS_URL: silent.url }),
      reject: false,
    });
    const socket = await query;
    const [child] = childrenOf(worker.pid ?? 0);
    assert.ok(child);
    assert.match(commandOf(child), /reports\/process\/main\.js/);
    assert.doesNotMatch(commandOf(child), /secret/);
    const ended = once(socket, 'close');
    worker.kill('SIGKILL');
    await Promise.all([worker, ended]);
  });
});

function reportProcesses(): number[] {
  return childrenOf(process.pid).filter((pid) => commandOf(pid).includes('reports/process/main.js'));
}

/** Lists the processes that a process has started. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => statusOf(pid).includes(`\nPPid:\t${parent}\n`));
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
}
