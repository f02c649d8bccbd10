import assert from 'node:assert/strict';
import { execInPod } from '../../kubernetes/client/exec.js';
import type { Deployment, Pod } from '../../kubernetes/client/objects.js';
import { DEPLOYMENT, POD } from '../../kubernetes/client/resources.js';
import { type NetworkShare, networkShares } from '../../suite/kv/kv-comparison.js';
import type { InferenceCell, InferenceTestRecord } from '../../suite/record/inference-record.js';
import { LINK } from '../support/box.js';
import { setLinkRate } from '../support/box-faults.js';
import { engineSuite } from '../support/dynamo-suite.js';
import { Lab, type SuiteEnd } from '../support/lab.js';

/** KV bytes of a token: keys and values × layers × heads × head size × bytes of float32. */
const BYTES_PER_TOKEN = 2 * 4 * 16 * 128 * 4;
const TOKENS_PER_BLOCK = 32;
/** Tokens that the template of the chat adds to a prompt. */
const TEMPLATE_TOKENS = 6;

const load = {
  tool: 'inference',
  concurrency: [1],
  inputTokens: 256,
  outputTokens: 8,
  requests: 12,
  warmupRequests: 1,
  limits: { concurrencyShare: 0.3 },
  timeout: '3m',
};
const aggregated = { ...load, name: 'aggregated', topology: 'aggregated', concurrency: [1, 4] };
const disaggregated = { ...load, name: 'disaggregated', concurrency: [1, 4] };

/** Workers with less shared memory than vLLM takes by default, and with the seccomp profile of the container runtime. */
const CONFINED = {
  resources: { sharedMemory: '8Mi' },
  pod: { spec: { containers: [{ name: 'main', securityContext: { seccompProfile: { type: 'RuntimeDefault' } } }] } },
};

/** Bytes that the requests of a point transfer, in whole blocks, with the warm-up and the one block of AIPerf's probe. */
function bytesOf(): number {
  const blocks = Math.ceil((load.inputTokens + TEMPLATE_TOKENS) / TOKENS_PER_BLOCK);
  return ((load.requests + load.warmupRequests) * blocks + 1) * TOKENS_PER_BLOCK * BYTES_PER_TOKEN;
}

/** NVIDIA's Dynamo with vLLM on the CPU, whose KV cache crosses the shaped link over NIXL. */
describe('Dynamo with a real engine on the box', function () {
  this.timeout(900_000);

  let lab: Lab;
  before(async () => {
    lab = await Lab.open();
  });
  after(async () => {
    await setLinkRate(LINK.tc);
    await lab?.close();
  });

  const suite = (megabits: number, backend: string, tests: readonly object[], dynamo: object = {}) => {
    const fabric = { kind: 'ethernet', rate: `${megabits}Mbit/s`, interface: 'eth0' };
    const transfer = { backend, predictFrom: 'nixl-libfabric' };
    return engineSuite(lab, { transfer, tests, ...dynamo }, { fabric });
  };
  const testOf = ({ record, report }: SuiteEnd, name: string): InferenceTestRecord => {
    const test = record?.dynamo?.tests.find((found) => found.name === name);
    assert.ok(test, report);
    return test;
  };
  const isClean = async () => {
    assert.deepEqual(await lab.leftovers(), []);
    assert.deepEqual(await lab.box.admin.list(POD, lab.namespace.name), []);
  };

  function shareOf(end: SuiteEnd, test: string, concurrency: number): NetworkShare {
    const share = networkShares(end.record).find((found) => found.test === test && found.concurrency === concurrency);
    assert.ok(share, end.report);
    return share;
  }

  /** Asserts that engine and NIXL counted the predicted bytes and no failure, and that the NIC received them. */
  function agrees(cell: InferenceCell, megabits: number): void {
    const { engine, nixlBytes, nicReceived = 0, predictedBytes } = cell.kvTransfer ?? {};
    const where = `${cell.test} at concurrency ${cell.concurrency}, ${megabits} Mbit/s`;
    assert.ok(engine, `${where}: ${JSON.stringify(cell.reasons)}`);
    const expected = bytesOf();
    assert.equal(engine.bytes, expected, where);
    assert.equal(nixlBytes, expected, where);
    assert.equal(predictedBytes, expected, where);
    const overhead = nicReceived / expected - 1;
    assert.ok(overhead > 0 && overhead < 0.01, `${where}: the NIC received ${nicReceived} of ${expected}`);
    assert.equal(cell.kvTransfer?.failures?.failedTransfers, 0, where);
  }

  const loadRuns = async (id: string, test: string) =>
    lab.until(
      `the load of ${test} runs`,
      async () =>
        (await lab.pods(`app.kubernetes.io/component=load,dynamo-bench/test=${test}`)).some(
          (pod) => pod.status?.phase === 'Running',
        ),
      420,
      async () => (await lab.progress(id)).step,
    );

  /** Waits until the NIC of the decode worker receives a KV cache. */
  async function kvTransferRuns(): Promise<void> {
    const [pod] = await lab.pods('dynamo-bench/role=decode');
    assert.ok(pod);
    const target = { namespace: lab.namespace.name, pod: pod.metadata.name, container: 'main' };
    const command = ['cat', '/sys/class/net/eth0/statistics/rx_bytes'];
    const received = async () =>
      Number((await execInPod(lab.box.admin, target, command, { timeoutMs: 10_000 })).output);
    const before = await received();
    await lab.until(
      'a KV transfer runs',
      async () => (await received()) > before + BYTES_PER_TOKEN * TOKENS_PER_BLOCK,
      120,
    );
  }

  describe('over LIBFABRIC at 500 Mbit/s, while the worker of the suite is killed in a load', () => {
    let end: SuiteEnd;
    before(async () => {
      await setLinkRate(LINK.tc);
      const tests = [aggregated, { ...disaggregated, control: 'aggregated' }];
      const id = await lab.start(await suite(500, 'LIBFABRIC', tests));
      await loadRuns(id, 'disaggregated');
      await lab.stopWorker('SIGKILL');
      lab.startWorker();
      end = await lab.end(id);
    });

    it('passes every point in one attempt, with the answer of the control', () => {
      assert.equal(end.status, 'COMPLETED', end.failure);
      assert.equal(end.record.verdict, 'pass', end.report);
      const cells = end.record.dynamo?.tests.flatMap((test) => test.cells) ?? [];
      assert.deepEqual(
        cells.map(({ test, concurrency, attempts }) => [test, concurrency, attempts]),
        [
          ['aggregated', 1, 1],
          ['aggregated', 4, 1],
          ['disaggregated', 1, 1],
          ['disaggregated', 4, 1],
        ],
      );
      const [control, test] = ['aggregated', 'disaggregated'].map((name) => testOf(end, name).cells[0]?.answer);
      assert.ok((test?.tokens?.length ?? 0) > 1, JSON.stringify(test));
      assert.deepEqual(
        test?.tokens?.map(({ text }) => text),
        control?.tokens?.map(({ text }) => text),
      );
      assert.doesNotMatch(end.report, /simulated engine/i);
    });

    it('moves exactly the predicted bytes, which the NIC confirms: no request was sent twice', () => {
      for (const cell of testOf(end, 'disaggregated').cells) agrees(cell, 500);
    });

    it('takes at least the time of the link, by the engine’s own record, beside the prediction', () => {
      const share = shareOf(end, 'disaggregated', 1);
      const { atCeiling, atMeasuredRate, bytes } = share.prediction;
      const { seconds = 0, bytes: counted } = share.engineTransfer ?? {};
      assert.equal(counted, bytes);
      // A busy machine makes a transfer slower, and nothing makes it faster than the link.
      assert.ok(seconds >= 0.95 * atCeiling, `${seconds} s, the link needs ${atCeiling} s`);
      const shown = [seconds, atMeasuredRate, share.transfer].map((each) => `${(each * 1000).toFixed(0)} ms`);
      console.log(`        ${shown[0]} by vLLM, ${shown[1]} predicted, TTFT minus control ${shown[2]}`);
    });

    it('leaves nothing behind', isClean);
  });

  describe('over UCX at 200 Mbit/s, with little shared memory and a seccomp profile', () => {
    let end: SuiteEnd;
    let prefill: Pod | undefined;
    before(async () => {
      await setLinkRate('200mbit');
      const long = { ...disaggregated, name: 'killed', concurrency: [4], requests: 60 };
      const id = await lab.start(await suite(200, 'UCX', [disaggregated, long], CONFINED));
      await loadRuns(id, 'killed');
      await kvTransferRuns();
      [prefill] = await lab.pods('dynamo-bench/role=prefill');
      assert.ok(prefill);
      await lab.box.admin.delete(POD, lab.namespace.name, prefill.metadata.name, { gracePeriodSeconds: 0 });
      end = await lab.end(id);
    });

    it('runs in pods that have both', () => {
      const { containers = [], volumes = [] } = prefill?.spec ?? {};
      assert.equal(containers[0]?.securityContext?.seccompProfile?.type, 'RuntimeDefault');
      assert.equal(volumes.find(({ name }) => name === 'shared-memory')?.emptyDir?.sizeLimit, '8Mi');
    });

    it('moves exactly the predicted bytes, which the NIC confirms', () => {
      for (const cell of testOf(end, 'disaggregated').cells) {
        assert.equal(cell.verdict, 'pass', end.report);
        agrees(cell, 200);
      }
    });

    it('passes no point whose prefill worker was killed in the middle of a transfer', () => {
      const { verdict, cells, failure } = testOf(end, 'killed');
      assert.equal(verdict, 'fail', end.report);
      const codes = cells.flatMap(({ reasons }) => reasons.map(({ code }) => code));
      assert.ok(
        failure?.class === 'NoWorker' || codes.includes('worker-restarted'),
        JSON.stringify({ failure, codes }),
      );
    });

    it('leaves nothing behind', isClean);
  });

  it('refuses a deployment whose decode worker has another NIXL back end, before the load', async () => {
    await setLinkRate(LINK.tc);
    const id = await lab.start(await suite(500, 'LIBFABRIC', [disaggregated]));
    await lab.until('the decode worker has another back end', useUcxForDecode, 300);
    const end = await lab.end(id);
    const { failure, cells } = testOf(end, 'disaggregated');
    assert.equal(failure?.class, 'FirstRequestFailed', JSON.stringify(failure));
    assert.deepEqual(cells, []);
    await isClean();
  });

  /** Replaces the decode worker as soon as it exists. @returns whether it did */
  async function useUcxForDecode(): Promise<boolean> {
    const { namespace, box } = lab;
    const [found] = await box.admin.list<Deployment>(DEPLOYMENT, namespace.name, {
      labelSelector: 'app.kubernetes.io/component=worker',
    });
    const decode = found?.spec.template.metadata?.labels?.['dynamo-bench/role'] === 'decode' ? found : undefined;
    if (!decode) return false;
    const containers = decode.spec.template.spec.containers.map((container) => ({
      ...container,
      args: container.args?.map((argument) => argument.replace('"LIBFABRIC"', '"UCX"')),
    }));
    const strategy = { type: 'Recreate', rollingUpdate: null };
    const patch = { spec: { strategy, template: { spec: { containers } } } };
    await box.admin.patch(DEPLOYMENT, namespace.name, decode.metadata.name, patch);
    return true;
  }
});
