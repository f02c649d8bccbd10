import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { resolveRun } from '../../results/records/run-names.js';
import { ResultStore } from '../../results/store.js';
import { failureRecord, SuiteFailure } from '../../suite/verdict/failure.js';
import { writeReportFiles } from '../files.js';
import { reportOf } from '../model/assemble.js';
import type { ReportAnswer, ReportRequest } from './protocol.js';

/**
 * Makes the reports of one run in a separate process: reads a request from standard input, writes the files, and prints
 * the answer. Ends as soon as standard input closes, so that it does not outlive the worker that started it.
 */
async function main(): Promise<void> {
  const lines = createInterface({ input: process.stdin });
  lines.once('close', () => process.exit(1));
  const [line] = (await once(lines, 'line')) as [string];
  const answer = await answerTo(JSON.parse(line) as ReportRequest);
  process.stdout.write(JSON.stringify(answer), () => process.exit(0));
}

async function answerTo({ root, url, run }: ReportRequest): Promise<ReportAnswer> {
  const store = new ResultStore(root, url, { readOnly: true });
  try {
    const report = await store.use(async (kysely) => reportOf(kysely, await resolveRun(kysely, run)));
    return { folder: await writeReportFiles(store, report) };
  } catch (error) {
    return { failure: failureOf(error) };
  } finally {
    await store.close();
  }
}

function failureOf(error: unknown) {
  if (error instanceof SuiteFailure) return failureRecord(error.class, error.message, error.hint);
  console.error(error);
  return failureRecord('ReportFailed', String(error));
}

await main();
