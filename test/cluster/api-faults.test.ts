import assert from 'node:assert/strict';
import { ApiProxy } from '../support/api-proxy.js';
import { API_ANSWERS, API_FAULTS, apiAnswerCase } from '../support/fault-cases.js';
import { FaultGrid } from '../support/fault-grid.js';
import { Lab, quick } from '../support/lab.js';

/** The API server refuses some requests, or answers them late. */
describe('an API server that answers', function () {
  this.timeout(300_000);

  let lab: Lab;
  let proxy: ApiProxy;
  const grid = new FaultGrid();

  before(async () => {
    lab = await Lab.open();
    await lab.stopWorkers('SIGTERM');
    const started = await ApiProxy.start(lab.namespace.kubeconfig);
    proxy = started.proxy;
    lab.startWorker(started.kubeconfig);
  });
  after(async () => {
    await lab?.stopWorkers('SIGTERM');
    await proxy?.stop();
    await lab?.close();
    console.log(`\n${grid}\n`);
  });

  async function start(): Promise<string> {
    const tests = await lab.tests('ucx-native', 'nixl-libfabric');
    return lab.start(
      await lab.spec({
        timeouts: { retry: '2m', podStart: '1m' },
        tests: tests.map(quick),
      }),
    );
  }

  /** Every `nth` request, so that every kind of request is hit in one suite and none for ever. */
  const every = (
    nth: number,
    answer: ReturnType<ApiProxy['fault']>,
    methods?: readonly string[],
  ): ApiProxy['fault'] => {
    let count = 0;
    return (method) => ((methods?.includes(method) ?? true) && ++count % nth === 0 ? answer : undefined);
  };

  for (const answer of API_ANSWERS) {
    const { status, reason, nth, methods } = answer;
    it(`${status} to every ${nth}th request is asked again`, async () => {
      proxy.faults = 0;
      proxy.fault = every(nth, { status, reason }, methods);
      const end = await lab.end(await start());
      proxy.fault = () => undefined;
      assert.equal(end.status, 'COMPLETED', end.failure);
      assert.ok(proxy.faults > 5, `${proxy.faults} faults`);
      const what = apiAnswerCase(answer);
      const { attempts } = await grid.note(lab, end, what);
      assert.deepEqual([attempts, attempts], what.attempts);
    });
  }

  it('slowly is waited for', async () => {
    proxy.fault = every(5, { delayMs: 1500 });
    const end = await lab.end(await start());
    proxy.fault = () => undefined;
    assert.equal(end.status, 'COMPLETED', end.failure);
    const { attempts } = await grid.note(lab, end, API_FAULTS.slow);
    assert.deepEqual([attempts, attempts], API_FAULTS.slow.attempts);
  });

  it('403 to the creation of a pod ends the test with what is forbidden, and leaves nothing', async () => {
    proxy.fault = (method, path) =>
      method === 'POST' && /\/pods\?/.test(path) ? { status: 403, reason: 'Forbidden' } : undefined;
    const end = await lab.end(await start());
    proxy.fault = () => undefined;
    assert.equal(end.status, 'FAILED');
    assert.match(
      end.failure,
      /Forbidden: create v1\/namespaces\/.*\/pods on .*→ Install the chart charts\/dynamo-bench /,
    );
    assert.deepEqual(await lab.leftovers(), []);
  });
});
