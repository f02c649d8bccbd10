import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Writable } from 'node:stream';
import * as k8s from '@kubernetes/client-node';
import { MockActivityEnvironment } from '@temporalio/testing';
import { workerStates } from '../../../../activities/dynamo/worker-states.js';
import type { Cluster } from '../../../../kubernetes/client/cluster.js';
import { ROLE_LABEL } from '../../../../suite/cluster/dynamo-names.js';
import type { WorkerState } from '../../../../suite/judge/inference-evidence.js';
import { parseSpec } from '../../../../suite/spec/spec.js';

const RUN = { workflowId: 'w', runId: 'r', key: '0123abcd', namespace: 'bench', leaseNamespace: 'bench', retryFor: 1 };
const ROLES = ['frontend', 'prefill', 'decode'];

describe('the reading of the workers', () => {
  const { exec } = k8s.Exec.prototype;
  const scripts = new Map<string, string>();
  beforeEach(() => {
    scripts.clear();
    k8s.Exec.prototype.exec = (async (...args: Parameters<typeof exec>) => {
      const [, pod, , command, output, , , , onStatus] = args;
      scripts.set(pod, command[2] ?? '');
      (output as Writable).write(
        'devices rx_bytes 5\nevent efa0 rx_drops 2\nnixl metrics read\nnixl series agent_rx_bytes_total 7.0\n',
      );
      onStatus?.({ status: 'Success' });
      return new EventEmitter();
    }) as unknown as typeof exec;
  });
  afterEach(() => {
    k8s.Exec.prototype.exec = exec;
  });

  async function statesOn(fabric: object, transfer: object = {}) {
    const { dynamo, fabric: checked } = parseSpec({
      name: 's',
      fabric,
      tests: [{ name: 'u', tool: 'ucx-perftest', test: 'ucp_put_bw', memory: 'host' }],
      dynamo: {
        model: { name: 'm' },
        engine: { kind: 'vllm' },
        transfer,
        load: { image: 'aiperf:test' },
        tests: [{ name: 'load', tool: 'inference' }],
      },
    });
    if (!dynamo) throw new Error('no dynamo');
    const pods = ROLES.map((role) => ({ metadata: { name: `d-${role}`, uid: role, labels: { [ROLE_LABEL]: role } } }));
    const cluster = { list: async () => pods, config: new k8s.KubeConfig() } as unknown as Cluster;
    const states: WorkerState[] = await new MockActivityEnvironment().run(() =>
      workerStates(cluster, { run: RUN, dynamo, fabric: checked }),
    );
    return states;
  }

  it('has the events that the kind of the fabric names, at every worker', async () => {
    const states = await statesOn({ kind: 'efa' });
    assert.deepEqual(
      states.map(({ role, nicEvents }) => [role, nicEvents]),
      [
        ['frontend', undefined],
        ['prefill', { efa0: { rx_drops: 2 } }],
        ['decode', { efa0: { rx_drops: 2 } }],
      ],
    );
    assert.match(scripts.get('d-decode') ?? '', /\bretrans_pkts\b/);
  });

  it('has the bytes of the interfaces of an Ethernet fabric', async () => {
    await statesOn({ kind: 'ethernet', rate: '10Gbit/s', interface: ['net1', 'net2'] });
    const script = scripts.get('d-prefill') ?? '';
    assert.match(script, /net1\/statistics\/rx_bytes.*net2\/statistics\/tx_bytes/);
    assert.doesNotMatch(script, /eth0/);
  });

  it('has the counters of NIXL of the workers that transfer, when the spec switches them on', async () => {
    const counts = (states: readonly WorkerState[]) => states.map(({ nixlCounts }) => nixlCounts);
    assert.deepEqual(counts(await statesOn({ kind: 'efa' })), [undefined, undefined, undefined]);
    assert.doesNotMatch(scripts.get('d-decode') ?? '', /19090/);
    const read = { readBytes: 7 };
    assert.deepEqual(counts(await statesOn({ kind: 'efa' }, { nixlTelemetry: true })), [undefined, read, read]);
    assert.match(scripts.get('d-decode') ?? '', / engine 9090 .*\n.* nixl 19090 'agent_rx_bytes_total' /s);
  });
});
