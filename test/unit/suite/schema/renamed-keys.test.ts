import assert from 'node:assert/strict';
import { cellKey } from '../../../../activities/cells/cell-key.js';
import { currentTestKeys, formerTestKeys, withCurrentKeys } from '../../../../suite/schema/renamed-keys.js';
import { checkSpec, formerKeys, parseSpec } from '../../../../suite/spec/spec.js';

const FORMER = {
  name: 's',
  attempts: 2,
  environment: { FI_PROVIDER: 'tcp' },
  parkLimit: '1h',
  timeouts: { infrastructure: '1m', nodesBusy: '2m' },
  regression: { runs: 5, minimalDifference: 0.1 },
  webhook: { urlVariable: 'DYNAMO_BENCH_WEBHOOK_URL' },
  tests: [
    {
      name: 'lf',
      tool: 'nixlbench',
      backend: 'LIBFABRIC',
      environment: { A: '1' },
      warmUpCells: 1,
      expect: { minimum: '1GB/s', shareOfCeiling: 0.5 },
      matrix: {
        'environment.FI_LOG_LEVEL': ['info', 'warn'],
        sizes: [{ maxBlockSize: '1Mi', environment: { B: '2' } }],
      },
    },
  ],
  dynamo: {
    kind: 'manifests',
    model: { name: 'm' },
    environment: { DYN_LOG: 'info' },
    transfer: { baseline: 'lf' },
    tests: [{ name: 'load', tool: 'inference' }],
  },
};

describe('former names of keys', () => {
  it('mean the same as the current ones', () => {
    const spec = parseSpec(FORMER);
    assert.equal(spec.maxAttempts, 2);
    assert.deepEqual(spec.env, { FI_PROVIDER: 'tcp' });
    assert.equal(spec.parkTimeout, 3600);
    assert.deepEqual([spec.timeouts.retry, spec.timeouts.nodeLock], [60, 120]);
    assert.deepEqual([spec.regression.baselineRuns, spec.regression.threshold], [5, 0.1]);
    assert.equal(spec.webhook?.urlEnv, 'DYNAMO_BENCH_WEBHOOK_URL');
    const [test] = spec.tests;
    assert.deepEqual(
      [test?.env, test?.warmupCells, test?.expect],
      [{ A: '1' }, 1, { minBandwidth: 1e9, minEfficiency: 0.5 }],
    );
    assert.deepEqual(Object.keys(test?.matrix ?? {}), ['env.FI_LOG_LEVEL', 'sizes']);
    assert.deepEqual(test?.matrix?.sizes, [{ maxBlockSize: '1Mi', env: { B: '2' } }]);
    const { dynamo } = spec;
    assert.deepEqual(
      [dynamo?.deployWith, dynamo?.env, dynamo?.transfer.predictFrom],
      ['manifests', { DYN_LOG: 'info' }, 'lf'],
    );
  });

  it('are each named with the current one', () => {
    const found = formerKeys(FORMER).map(({ path }) => path);
    assert.deepEqual(found.toSorted(), [
      'attempts',
      'dynamo.environment',
      'dynamo.kind',
      'dynamo.transfer.baseline',
      'environment',
      'parkLimit',
      'regression.minimalDifference',
      'regression.runs',
      'tests[0].environment',
      'tests[0].expect.minimum',
      'tests[0].expect.shareOfCeiling',
      'tests[0].matrix.environment.FI_LOG_LEVEL',
      'tests[0].matrix.sizes[0].environment',
      'tests[0].warmUpCells',
      'timeouts.infrastructure',
      'timeouts.nodesBusy',
      'webhook.urlVariable',
    ]);
    assert.deepEqual(formerKeys(withCurrentKeys(FORMER).spec), []);
  });

  it('beside the current one are a problem at the former key, and nothing else is wrong', () => {
    const checked = checkSpec({ ...FORMER, maxAttempts: 3 });
    assert.deepEqual('problems' in checked && checked.problems.map(({ path }) => path), ['attempts']);
  });

  it('leave input of any other shape to the schema', () => {
    for (const input of [null, 7, 'text', [], { tests: 7 }, { tests: [null, { matrix: [] }] }, { timeouts: 'x' }]) {
      assert.deepEqual(withCurrentKeys(input), { spec: input, found: [] });
    }
  });

  it('round trip for a recorded test', () => {
    const [test] = parseSpec(FORMER).tests;
    assert.deepEqual(currentTestKeys(formerTestKeys(test)), test);
  });

  it('are what keys of cells are made from, so that recorded cells are found again', () => {
    const spec = parseSpec({ ...FORMER, dynamo: undefined });
    const [test] = spec.tests;
    assert.ok(test);
    const { context: _, namespace: __, leaseNamespace: ___, ...cluster } = spec.cluster;
    const key = cellKey({
      test,
      variant: '',
      settings: { cluster, resources: spec.resources, tolerations: spec.nodes.tolerations, environment: {} },
      pair: { node1: 'a', node2: 'b' },
      repetition: 1,
      warmUp: false,
      imageIds: ['i'],
      fabric: {},
    });
    // Made by the version that had the former names, from the same spec.
    assert.equal(key, 'd2c7c3cf05fde697eb35bbcfc7e212a341f38cff6e8d2497a2b68d7ffa4218d8');
  });
});
