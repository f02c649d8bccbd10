import { ResultStore } from '../../results/store.js';
import { measuredCell, runOf, suiteRecord } from './records.js';
import { saveCell, saveRun } from './stored.js';

/**
 * A process that records evidence, cells and runs without end and prints one line for each that is recorded; to be
 * killed.
 *
 *   node recording-process.js FOLDER URL|- PREFIX [HOW MANY]
 */
const [folder = '', url = '', prefix = '', howMany = 'Infinity'] = process.argv.slice(2);
const store = await new ResultStore(folder, url === '-' ? undefined : url).open();
process.stdout.write('open\n');

for (let i = 0; i < Number(howMany); i++) {
  const workflowId = `${prefix}-${i}`;
  const path = 'nixl-libfabric/r1-a1/node1.log';
  const log = await store.saveLog(workflowId, path, `${workflowId}: ${'a line of a log\n'.repeat(200)}`);
  process.stdout.write(`log ${workflowId} ${log.sha256}\n`);
  const cell = measuredCell({ workflowId, bandwidth: 46e9 + i });
  await saveCell(store, runOf(workflowId), cell);
  process.stdout.write(`cell ${workflowId} ${cell.measurement?.value}\n`);
  await saveRun(store, suiteRecord(workflowId, [cell]), { 'report.md': `# ${workflowId}\n` });
  process.stdout.write(`run ${workflowId} pass\n`);
}
await store.close();
