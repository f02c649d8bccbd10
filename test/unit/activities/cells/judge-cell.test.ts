import assert from 'node:assert/strict';
import type { InferenceCellDefinition } from '../../../../activities/cells/cell-definition.js';
import { judgeCellActivities } from '../../../../activities/cells/judge-cell.js';
import type { ActivityContext } from '../../../../activities/context/context.js';
import { ethernet } from '../../../../suite/fabrics/ethernet/ceiling.js';
import type { Fabric } from '../../../../suite/hardware/fabric.js';
import { instanceFabric } from '../../../../suite/hardware/instances/catalogue.js';
import type { InferenceCircumstances } from '../../../../suite/judge/inference-evidence.js';
import { parseSpec } from '../../../../suite/spec/spec.js';

const P5 = instanceFabric('p5.48xlarge');
if (!P5) throw new Error('the catalogue has no P5');

function cellOf(fabric: Fabric, dynamo: object): InferenceCellDefinition {
  const spec = parseSpec({
    name: 's',
    tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }],
    dynamo: {
      model: { name: 'm' },
      load: { image: 'aiperf:test' },
      tests: [{ name: 'load', tool: 'inference' }],
      ...dynamo,
    },
  });
  const [test] = spec.dynamo?.tests ?? [];
  if (!spec.dynamo || !test) throw new Error('no test');
  const pair = { node1: 'a', node2: 'b' };
  return { dynamo: spec.dynamo, test, point: { concurrency: 1, repetition: 1 }, pair, fabric };
}

/** Returns the circumstances that the judge of a load gets. */
async function circumstances(fabric: Fabric, dynamo: object = {}): Promise<InferenceCircumstances> {
  let seen: unknown;
  const logThread = {
    run: async (_step: string, input: { readonly circumstances: unknown }) => {
      seen = input.circumstances;
    },
  };
  const { judgeLoadRun } = judgeCellActivities({ logThread } as unknown as ActivityContext);
  type Input = Parameters<typeof judgeLoadRun>[0];
  const kv = { bytesPerToken: 65_536, bytesPerTokenAndRank: 65_536, layers: 4, explanation: '' };
  await judgeLoadRun({
    run: { workflowId: 'w' } as Input['run'],
    cell: cellOf(fabric, dynamo),
    deployed: { name: 'd', url: '', pods: [], readyAfter: 1, kv },
    outcome: { log: { path: 'load.log' } } as Input['outcome'],
  });
  return seen as InferenceCircumstances;
}

describe('the circumstances of a load', () => {
  it('have the engine, and the workers that keep a record of its KV transfers', async () => {
    const { engine, simulated, recordedBy, tokensPerBlock, bytesPerToken } = await circumstances(P5, {
      engine: { kind: 'vllm' },
    });
    assert.deepEqual(
      { engine, simulated, recordedBy, tokensPerBlock, bytesPerToken },
      { engine: 'vLLM', simulated: false, recordedBy: 'decode', tokensPerBlock: 32, bytesPerToken: 65_536 },
    );
    const mocker = await circumstances(P5, { engine: { kind: 'mocker', kvTransferRate: 'none' } });
    assert.deepEqual([mocker.simulated, mocker.recordedBy], [true, undefined]);
  });

  it('have whether NIXL’s counters were switched on', async () => {
    const telemetry = async (transfer: object) => (await circumstances(P5, { transfer })).nixlTelemetry;
    assert.deepEqual([await telemetry({}), await telemetry({ nixlTelemetry: true })], [false, true]);
  });

  it('have the event counters of the fabric', async () => {
    assert.ok((await circumstances(P5)).events.some(({ counter }) => counter === 'retrans_pkts'));
    assert.deepEqual((await circumstances(ethernet(1e9, 'test'))).events, []);
  });

  it('have the ceiling of the NICs of a worker', async () => {
    const withNics = (nics: number) => circumstances(P5, { engine: { kind: 'vllm' }, resources: { nics } });
    assert.equal((await withNics(4)).ceiling?.bytesPerSecond, 4 * P5.lineRate);
    assert.equal((await withNics(0)).ceiling, undefined, 'its interface is not of the fabric');
    const link = await circumstances(ethernet(62.5e6, 'test'), { engine: { kind: 'vllm' }, resources: { nics: 0 } });
    assert.equal(link.ceiling?.bytesPerSecond, 62.5e6);
  });
});
