import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Lab } from '../support/lab.js';

/** Mistakes of the spec and of the cluster: each ends the suite with what is wrong, where, and what to do. */
describe('a suite that cannot run', function () {
  this.timeout(180_000);

  let lab: Lab;
  before(async () => {
    lab = await Lab.open();
  });
  after(() => lab?.close());

  const bad: readonly [string, Record<string, unknown>, RegExp][] = [
    [
      'one node only',
      { nodes: { selector: { 'kubernetes.io/hostname': 'gpu-1' } } },
      /nodes: .*1 of [24] match kubernetes\.io\/hostname in \(gpu-1\)/,
    ],
    [
      'a node that does not exist',
      { nodes: { names: ['gpu-1', 'gpu-9'] } },
      /node gpu-9: .*→ Correct nodes\.names; .*gpu-1, gpu-2/,
    ],
    [
      '33 EFA devices',
      { resources: { devices: [{ resource: 'vpc.amazonaws.com/efa', count: 33 }] } },
      /node gpu-[13]: has 32 allocatable vpc\.amazonaws\.com\/efa, .*33.*node gpu-[24]: has 32/s,
    ],
    [
      'an image that is not there',
      { cluster: { image: 'no-such-image:1' } },
      /image on gpu-[13]: ImagePull: .*no-such-image:1: ErrImageNeverPull/,
    ],
    [
      'an etcd that never becomes ready',
      { cluster: { etcdImage: 'localhost/pause:3.10' } },
      /etcd: (EtcdNotReady|PodRejected): /,
    ],
    [
      'an unknown back end',
      { tests: [{ name: 'a', tool: 'nixlbench', backend: 'Libfabric' }] },
      /unknown back end "Libfabric"; did you mean "LIBFABRIC"/,
    ],
    [
      'a context that the kubeconfig does not have',
      { cluster: { context: 'production' } },
      /the kubeconfig has no context "production"; it has: box/,
    ],
  ];
  for (const [what, changes, expected] of bad) {
    it(`because of ${what} says so and leaves nothing`, async () => {
      const end = await lab.run(await lab.spec(changes));
      assert.equal(end.status, 'FAILED');
      assert.match(end.failure, expected);
      assert.deepEqual(await lab.leftovers(), []);
    });
  }

  it('because of a namespace that does not exist says how to create it', async () => {
    const end = await lab.run(await lab.spec({ cluster: { namespace: 'not-there' } }));
    assert.match(end.failure, /cluster: (Forbidden|NotFound): .*not-there.*→ .*charts\/dynamo-bench/s);
  });

  it('because the API server does not answer names its address', async () => {
    const kubeconfig = join(lab.folder, 'closed.kubeconfig');
    const cluster = { server: 'https://127.0.0.1:64999', 'insecure-skip-tls-verify': true };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'box',
      contexts: [{ name: 'box', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user: { token: 't' } }],
    };
    await writeFile(kubeconfig, JSON.stringify(config));
    await lab.stopWorkers('SIGTERM');
    lab.startWorker(kubeconfig);
    const end = await lab.run(await lab.spec({ timeouts: { retry: '3s' } }));
    await lab.stopWorkers('SIGTERM');
    lab.startWorker();
    assert.match(end.failure, /cluster: ApiUnreachable: .*no answer from https:\/\/127\.0\.0\.1:64999: .*ECONNREFUSED/);
  });
});

describe('a worker without its Role', () => {
  it('names the permission that is missing', async () => {
    const lab = await Lab.open({ withoutRole: true });
    try {
      const end = await lab.run(await lab.spec());
      assert.match(
        end.failure,
        /Forbidden: .*cannot create resource "configmaps" .*in the namespace "bench-test-.*→ .*charts\/dynamo-bench/s,
      );
    } finally {
      await lab.close();
    }
  });
});
