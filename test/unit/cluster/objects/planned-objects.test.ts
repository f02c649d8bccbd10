import assert from 'node:assert/strict';
import { parseAllDocuments } from 'yaml';
import { manifestsYaml } from '../../../../cli/output/manifests-yaml.js';
import { plannedObjects } from '../../../../cluster/objects/planned-objects.js';
import { parseSpec } from '../../../../suite/spec/spec.js';

const LF = { name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' };
const DYNAMO = {
  model: { name: 'm' },
  load: { image: 'aiperf:test' },
  tests: [
    { name: 'aggregated', tool: 'inference', topology: 'aggregated' },
    { name: 'split', tool: 'inference' },
  ],
};

function planned(spec: object, pair?: { node1: string; node2: string }) {
  return plannedObjects(parseSpec({ name: 's', tests: [LF], ...spec }), pair);
}

describe('the objects of a planned run', () => {
  it('are those of set-up, of one attempt of each variant, and of each inference test, in the order of the run', async () => {
    const objects = await planned({
      tests: [{ ...LF, repetitions: 3, matrix: { opType: ['READ', 'WRITE'] } }],
      dynamo: DYNAMO,
    });
    assert.deepEqual(
      objects.map(({ how, object }) => `${how} ${object.kind} ${object.metadata.name}`),
      [
        'create ConfigMap bench-00000000',
        'apply Deployment bench-00000000-etcd',
        'apply Service bench-00000000-etcd',
        'create Lease dynamo-bench-node1',
        'create Lease dynamo-bench-node2',
        'create Pod bench-00000000-probe-1',
        'create Pod bench-00000000-probe-2',
        'create Pod bench-00000000-000000-lf-v1-r1-a1-node2',
        'create Pod bench-00000000-000000-lf-v1-r1-a1-node1',
        'create Pod bench-00000000-000000-lf-v2-r1-a1-node2',
        'create Pod bench-00000000-000000-lf-v2-r1-a1-node1',
        'apply DynamoGraphDeployment dynamo-00000000',
        'create Job bench-00000000-aggregated-c1-r1-a1-000000',
        'apply DynamoGraphDeployment dynamo-00000000',
        'create Job bench-00000000-split-c1-r1-a1-000000',
      ],
    );
  });

  it('include the pods that ask for the nodes and keep them, with nodes.provision', async () => {
    const objects = await planned({ nodes: { provision: true, selector: { pool: 'gpu' } } });
    assert.deepEqual(
      objects.slice(2, 8).map(({ step, object }) => `${step} ${object.metadata.name}`),
      [
        'set-up: etcd bench-00000000-etcd',
        'set-up: holder that asks for node1 bench-00000000-holder-1',
        'set-up: holder that asks for node2 bench-00000000-holder-2',
        'set-up: keeper of node1 bench-00000000-keeper-1',
        'set-up: keeper of node2 bench-00000000-keeper-2',
        'set-up: lock of node1 dynamo-bench-node1',
      ],
    );
    const components = objects.map(({ object }) => object.metadata.labels?.['app.kubernetes.io/component']);
    assert.deepEqual(components.slice(3, 7), ['holder', 'holder', 'keeper', 'keeper']);
  });

  it('are in the namespaces of the spec, have the labels of a run, and are bound to the pair', async () => {
    const objects = await planned({ cluster: { namespace: 'a', leaseNamespace: 'b' } }, { node1: 'x', node2: 'y' });
    for (const { object } of objects) {
      assert.equal(object.metadata.namespace, object.kind === 'Lease' ? 'b' : 'a');
      assert.equal(object.metadata.labels?.['app.kubernetes.io/managed-by'], 'dynamo-bench');
    }
    const nodes = objects.flatMap(({ object }) =>
      object.kind === 'Pod' ? [/"values":\["(\w)"\]/.exec(JSON.stringify(object))?.[1]] : [],
    );
    assert.deepEqual(nodes, ['x', 'y', 'y', 'x']);
  });

  it('give the run every deployment, and mark the pods of the one that it keeps after success', async () => {
    const graphs = (await planned({ dynamo: { ...DYNAMO, keep: true } })).filter(
      ({ object }) => object.kind === 'DynamoGraphDeployment',
    );
    assert.deepEqual(
      graphs.map(({ object }) => 'dynamo-bench/run' in (object.metadata.labels ?? {})),
      [true, true],
    );
    assert.deepEqual(
      graphs.map(({ object }) => JSON.stringify(object.spec).includes('"dynamo-bench/kept":"true"')),
      [false, true],
    );
  });

  it('are YAML that a reader of YAML 1.1 understands in the same way', async () => {
    const env = { A: 'on', B: '1:30', C: '0123', D: '1_000', E: 'two\nlines', F: '~', G: '5e3', H: 'no # comment' };
    const objects = await planned({ env });
    const documents = parseAllDocuments(manifestsYaml(objects), { version: '1.1' });
    assert.deepEqual(
      documents.map((document) => document.toJS() as unknown),
      objects.map(({ object }) => JSON.parse(JSON.stringify(object)) as unknown),
    );
    assert.equal(documents.length, objects.length);
  });
});
