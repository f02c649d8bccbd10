import assert from 'node:assert/strict';
import { dynamoBench } from '../support/command-line.js';
import { Lab } from '../support/lab.js';

/** Options for the box, whose Ethernet has a rate that no object shows, and whose GPUs are not real. */
const BOX = ['--context', 'box', '--fabric', 'ethernet', '--rate', '500Mbit/s', '--host-memory'];

describe('the spec that init proposes for a cluster', function () {
  this.timeout(300_000);

  let lab: Lab;
  before(async () => {
    lab = await Lab.open();
  });
  after(() => lab?.close());

  const init = (...options: string[]) =>
    dynamoBench(['init', '--namespace', lab.namespace.name, ...options], {
      env: { KUBECONFIG: lab.namespace.kubeconfig },
    });

  it('runs on that cluster, from what the account of a worker may read', async () => {
    const { exitCode, stdout, stderr } = await init(...BOX, '--json');
    assert.equal(exitCode, 0, stderr);
    const spec = JSON.parse(stdout);
    assert.equal(spec.cluster.etcdImage, 'localhost/etcd:3.5.1', 'the etcd that the nodes have');
    assert.equal(spec.nodes.selector['node.kubernetes.io/instance-type'], 'p5.48xlarge');
    // Other suites run on the other nodes of the box.
    const [native] = spec.tests;
    const end = await lab.run({ ...spec, nodes: { names: lab.nodes }, tests: [native], onFailure: 'continue' });
    assert.equal(end.status, 'COMPLETED', end.failure);
    assert.equal(end.record.verdict, 'pass');
    assert.deepEqual(await lab.leftovers(), []);
  });

  it('is the plan for nodes that offer EFA devices and GPUs', async () => {
    const { exitCode, stdout, stderr } = await init('--context', 'box');
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^ {2}# Every node offers 32 vpc\.amazonaws\.com\/efa\.$/m);
    assert.match(stdout, /^ {2}kind: efa$/m);
  });
});
