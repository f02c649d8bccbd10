import { SuiteFailure } from '../../suite/verdict/failure.js';
import { createLog } from '../../worker/logging/worker-log.js';
import { runWorker } from '../../worker/run-worker.js';
import { FakeActivities, unmeasured } from './fake-activities.js';

/**
 * A worker as an operator runs it, set up by its environment, with activities replaced: the nodes are busy at first, the
 * store fails once, and the first attempt at the test `lf` loses its peer.
 *
 *   node observed-worker.js
 */
const fake = new FakeActivities();
fake.judgements.lf = [unmeasured('PeerLost')];
const { recordCell, claimNodes } = fake.activities;
let [claims, records] = [0, 0];
fake.overrides.claimNodes = async (input) => {
  claims++;
  if (claims > 1) return claimNodes(input);
  return { held: false, by: { node: 'gpu-1', workflowId: 'another', namespace: 'default' } };
};
fake.overrides.recordCell = async (input) => {
  records++;
  if (records === 1) throw new SuiteFailure('StoreUnavailable', 'the database restarts');
  return recordCell(input);
};

const log = createLog(process.env);
runWorker(process.env, log, ({ store }) => {
  // The worker serves only runs that its own store has.
  const { recordStart } = fake.activities;
  fake.overrides.recordStart = async (input) => ({ ...(await recordStart(input)), store: await store.id() });
  return fake.activities;
}).catch((error: unknown) => {
  log.fail(error);
  process.exitCode = 1;
});
