import { cancellationSignal } from '@temporalio/activity';
import type { ResultStore } from '../../results/store.js';
import type { Run } from '../../suite/run/run.js';
import { makeReports } from './report-process.js';

/**
 * Writes `record.json`, the missing logs and all reports of a stored run into its folder, in a separate process, and
 * returns the folder. A cancellation of the activity kills the process.
 *
 * @throws {SuiteFailure} `ReportFailed`, or the failure of the store that the process met
 */
export function writeReports({ root, url }: ResultStore, { workflowId, runId }: Run): Promise<string> {
  return makeReports({ root, url, run: `${workflowId}@${runId}` }, cancellationSignal());
}
