import type { ResultStore } from '../../results/store.js';
import type { Run } from '../../suite/run/run.js';

/**
 * Writes all reports of a stored run into its folder, and returns the folder. Loads the renderers on
 * demand, because an idle worker does not need them.
 */
export async function writeReports(store: ResultStore, run: Run): Promise<string> {
  const [{ readReport }, { reportFiles }] = await Promise.all([
    import('../../reports/model/assemble.js'),
    import('../../reports/files.js'),
  ]);
  const report = await store.use((kysely) => readReport(kysely, `${run.workflowId}@${run.runId}`));
  return store.writeFiles(run.workflowId, reportFiles(report));
}
