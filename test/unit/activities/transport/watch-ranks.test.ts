import assert from 'node:assert/strict';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { ActivityContext } from '../../../../activities/context/context.js';
import { LogThread } from '../../../../activities/evidence/log-thread.js';
import { evidenceActivities } from '../../../../activities/transport/evidence.js';
import { rankActivities, type WatchInput, type WatchResult } from '../../../../activities/transport/ranks.js';
import type { Pod } from '../../../../kubernetes/client/objects.js';
import { type PackedText, TextPacker } from '../../../../results/records/evidence.js';
import { redactedText } from '../../../../results/records/redacted-text.js';
import { type LogText, logTextOf } from '../../../../suite/record/log-text.js';
import type { RankRecord } from '../../../../suite/record/record.js';
import { transportTest } from '../../../../suite/spec/transport-tests.js';
import { SuiteFailure } from '../../../../suite/verdict/failure.js';

const RUN = { workflowId: 'w', runId: 'r', key: '0123abcd', namespace: 'bench', leaseNamespace: 'bench', retryFor: 1 };
const NIXLBENCH = { name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' };

/** A cluster with two ranks, which end with exit code 143 half a second after they were asked to, and an etcd. */
class Ranks {
  etcd = pod('etcd', { running: {} });
  readonly stops: string[] = [];
  readonly logs: Record<string, string> = { a: 'one line\n', b: 'one line\n' };
  readonly stored = new Map<string, string>();
  readonly pods: Record<string, Pod | undefined> = { a: pod('a', { running: {} }), b: pod('b', { running: {} }) };
  etcdReads = 0;

  readonly #cluster = {
    find: async (_kind: unknown, _namespace: string, name: string) => this.pods[name],
    list: async () => {
      this.etcdReads++;
      return [this.etcd];
    },
    patch: async (_kind: unknown, _namespace: string, name: string, change: { metadata: Pod['metadata'] }) => {
      this.stops.push(name);
      const { annotations } = change.metadata;
      const old = this.pods[name];
      if (old) this.pods[name] = { ...old, metadata: { ...old.metadata, annotations } } as Pod;
      setTimeout(() => this.end(name, 143), 500);
    },
    podLog: async (_namespace: string, name: string) => logTextOf(this.logs[name] ?? ''),
    lastLogLines: async (_namespace: string, name: string) => this.logs[name] ?? '',
  };

  readonly context = {
    cluster: () => this.#cluster,
    claims: { renew: async () => undefined },
    logThread: new LogThread(),
    store: {
      saveLog: async (_workflow: string, path: string, log: LogText) => {
        const text = [...redactedText(log)].join('');
        this.stored.set(path, text);
        return { path, sha256: '', bytes: text.length };
      },
      readPackedLog: async (_workflow: string, path: string) => packed(this.stored.get(path) ?? ''),
      readLog: async (_workflow: string, path: string) => {
        const text = this.stored.get(path);
        if (text === undefined) throw new SuiteFailure('NotFound', path);
        return text;
      },
    },
  } as unknown as ActivityContext;

  end(name: string, exitCode: number): void {
    const old = this.pods[name];
    if (old) this.pods[name] = { ...old, status: pod(name, { terminated: { exitCode } }).status ?? {} };
  }

  watch(fields: object = {}, more: Partial<WatchInput> = {}): Promise<WatchResult> {
    const input: WatchInput = {
      run: RUN,
      nodes: [],
      pods: ['a', 'b'],
      deadline: new Date(Date.now() + 60_000).toISOString(),
      test: transportTest.parse({ ...NIXLBENCH, ...fields }),
      etcd: 'uid-etcd',
      folder: 'lf/r1-a1',
      ...more,
    };
    return new MockActivityEnvironment().run(() => rankActivities(this.context).watchRanks(input));
  }
}

async function packed(text: string): Promise<PackedText> {
  const packer = new TextPacker();
  for await (const _ of packer.through([text]));
  return packer.end();
}

function pod(name: string, state: object): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid: `uid-${name}` },
    spec: { containers: [{ name: 'rank', image: 'i' }] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'rank', state }],
    },
  };
}

describe('the watch of two ranks on a cluster', () => {
  it('stops both within seconds after another etcd pod has taken the place of theirs', async () => {
    const ranks = new Ranks();
    setTimeout(() => {
      ranks.etcd = pod('other', { running: {} });
    }, 300);
    const startedAt = performance.now();
    const result = await ranks.watch();
    assert.deepEqual(result, { timedOut: false, endedBySuite: ['a', 'b'], etcdLost: true });
    assert.ok(performance.now() - startedAt < 5000);
    assert.equal(ranks.pods.a?.metadata.annotations?.['dynamo-bench/stopped-for'], '{"kind":"etcd-lost"}');
  });

  it('knows the lost etcd also in a worker that was restarted after the loss', async () => {
    const ranks = new Ranks();
    ranks.etcd = pod('other', { running: {} });
    ranks.end('a', 1);
    ranks.end('b', 1);
    assert.deepEqual(await ranks.watch(), { timedOut: false, endedBySuite: [], etcdLost: true });
  });

  it('does not look at etcd for a tool without it', async () => {
    const ranks = new Ranks();
    setTimeout(() => {
      ranks.end('a', 0);
      ranks.end('b', 0);
    }, 300);
    const test = transportTest.parse({ name: 'u', tool: 'ucx-perftest' });
    assert.deepEqual(await ranks.watch({}, { test }), { timedOut: false, endedBySuite: [] });
    assert.equal(ranks.etcdReads, 0);
  });

  it('stops both when they print nothing for `stallTimeout`', async () => {
    const ranks = new Ranks();
    const { stalledFor = 0, ...result } = await ranks.watch({ stallTimeout: '2s' });
    assert.deepEqual(result, { timedOut: false, endedBySuite: ['a', 'b'] });
    assert.ok(stalledFor >= 2 && stalledFor <= 4, `${stalledFor} s`);
  });

  it('works as before for an input of an earlier version of the worker', async () => {
    const ranks = new Ranks();
    setTimeout(() => ranks.end('a', 0), 100);
    setTimeout(() => ranks.end('b', 0), 200);
    const former = { test: undefined, etcd: undefined, folder: undefined };
    assert.deepEqual(await ranks.watch({}, former), { timedOut: false, endedBySuite: [] });
  });

  it('keeps the log of a rank whose pod somebody deletes, for its evidence', async () => {
    const ranks = new Ranks();
    const { a } = ranks.pods;
    ranks.logs.a = 'last words\n';
    ranks.pods.a = a && { ...a, metadata: { ...a.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    setTimeout(() => {
      ranks.pods.a = undefined;
      ranks.logs.a = '';
      ranks.end('b', 1);
    }, 400);
    await ranks.watch();
    const [record]: RankRecord[] = await new MockActivityEnvironment().run(() =>
      evidenceActivities(ranks.context).storeEvidence({
        run: RUN,
        folder: 'lf/r1-a1',
        ranks: [{ position: 'node2', pod: 'a', node: 'gpu-2' }],
        endedBySuite: [],
      }),
    );
    assert.equal(ranks.stored.get('lf/r1-a1/node2.log'), 'last words\n');
    assert.equal(record?.exitCode, undefined);
  });
});
