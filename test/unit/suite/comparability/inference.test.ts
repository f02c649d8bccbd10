import assert from 'node:assert/strict';
import { compareInferenceTests, type InferenceRun, validLoad } from '../../../../suite/comparability/inference.js';
import type { DynamoRecord, InferenceCell } from '../../../../suite/record/inference-record.js';
import { exampleDynamo } from '../../../support/example-load.js';
import { suiteRecord } from '../../../support/records.js';

const OPTIONS = { repetitions: 1, concurrencies: [1, 4] };
const record = suiteRecord('w', [], { dynamo: exampleDynamo(OPTIONS) });
const dynamo = exampleDynamo(OPTIONS);

/** The run with other cells of its disaggregated test. */
function withCells(change: (cell: InferenceCell) => InferenceCell): InferenceRun {
  const tests = dynamo.tests.map((test) => ({ ...test, cells: test.cells.map(change) }));
  return { ...record, dynamo: { ...dynamo, tests } };
}

const withDynamo = (more: Partial<DynamoRecord>): InferenceRun => ({ ...record, dynamo: { ...dynamo, ...more } });
const withTest = (more: Partial<DynamoRecord['tests'][number]>) =>
  withDynamo({ tests: dynamo.tests.map((test) => ({ ...test, ...more })) });
const withSpec = (block: object): InferenceRun => ({ ...record, spec: { dynamo: block } });
const fields = (a: InferenceRun, b: InferenceRun, forbidding: boolean) =>
  compareInferenceTests(a, b, 'disaggregated')
    .differences.filter(({ forbids }) => forbids === forbidding)
    .map(({ field }) => field);

describe('comparability of an inference test in two runs', () => {
  const forbidding: readonly [string, InferenceRun][] = [
    ['engine', withDynamo({ engine: 'mocker' })],
    ['model', withDynamo({ model: 'other' })],
    ['transferBackend', withDynamo({ transferBackend: 'UCX' })],
    ['topology', withTest({ topology: 'aggregated' })],
    ['inputTokens', withTest({ inputTokens: 1 })],
    ['gpus', withCells((cell) => ({ ...cell, gpus: 16 }))],
    [
      'image.decode',
      withCells((cell) => ({
        ...cell,
        pods: cell.pods.map((pod) => (pod.role === 'decode' ? { ...pod, imageId: 'sha256:new' } : pod)),
      })),
    ],
    [
      'instanceType',
      {
        ...record,
        setup: {
          ...record.setup,
          nodes: record.setup.nodes.map((node) => ({ ...node, instanceType: 'p5en.48xlarge' })),
        },
      },
    ],
  ];
  for (const [field, other] of forbidding) {
    it(`is forbidden by another ${field}`, () => assert.deepEqual(fields(record, other, true), [field]));
  }

  it('is forbidden by other options in the spec, not by how the platform comes there or how often a test runs', () => {
    const block = (environment: object, more: object) => ({
      environment,
      ...more,
      tests: [{ name: 'disaggregated', seed: 1, ...more }],
    });
    const before = withSpec(block({}, {}));
    assert.deepEqual(fields(before, withSpec(block({ UCX_TLS: 'tcp' }, {})), true), ['dynamo.env']);
    assert.deepEqual(
      fields(before, withSpec({ ...block({}, {}), tests: [{ name: 'disaggregated', seed: 2 }] }), true),
      ['parameters.seed'],
    );
    const how = { keep: true, platform: { install: true } };
    assert.deepEqual(fields(before, withSpec({ ...block({}, {}), ...how }), true), []);
    const cached = { model: { name: 'm', cache: { claim: 'models' } } };
    const uncached = { model: { name: 'm' } };
    const withModel = (model: object) => withSpec({ ...block({}, {}), ...model });
    assert.deepEqual(fields(withModel(uncached), withModel(cached), true), []);
    assert.deepEqual(fields(withModel(uncached), withModel({ model: { name: 'n' } }), true), ['dynamo.model']);
    const often = [{ name: 'disaggregated', seed: 1, repetitions: 5, timeout: '1h' }];
    assert.deepEqual(fields(before, withSpec({ ...block({}, {}), tests: often }), true), []);
  });

  it('names NIXL’s counters, which change no figure, and forbids nothing', () => {
    const counted = (transfer?: object) =>
      withSpec({ tests: [{ name: 'disaggregated' }], ...(transfer && { transfer }) });
    const [on, off] = [{ nixlTelemetry: true }, { nixlTelemetry: false }];
    assert.deepEqual(fields(counted(), counted(on), false), ['dynamo.transfer.nixlTelemetry']);
    assert.deepEqual(fields(counted(), counted(on), true), []);
    assert.deepEqual(fields(counted(), counted(off), false), []);
    const ucx = { backend: 'UCX' };
    assert.deepEqual(fields(counted(ucx), counted({ ...ucx, ...on }), true), []);
    assert.deepEqual(fields(counted(on), counted({ ...ucx, ...on }), true), ['dynamo.transfer']);
  });

  it('names the configured rate of a simulated engine, and forbids nothing', () => {
    const told = withCells((cell) => ({ ...cell, simulatedRate: 1e9 }));
    assert.deepEqual(fields(record, told, false), ['simulatedRate']);
    assert.deepEqual(fields(record, told, true), []);
  });
});

describe('the figures of a load point', () => {
  const cell = dynamo.tests[1]?.cells[0] as InferenceCell;
  const because = (code: string) => validLoad({ ...cell, reasons: [{ code, message: '' }] });

  it('count when the load was what it should be, also when they are too slow or simulated', () => {
    for (const code of ['measured', 'slow', 'simulated-engine', 'kv-transfer-seen', 'metric-impossible'])
      assert.ok(because(code), code);
  });

  it('do not count when requests failed, workers changed, or nothing shows that KV was sent', () => {
    for (const code of ['errors', 'lost-requests', 'worker-restarted', 'low-concurrency', 'no-kv-transfer'])
      assert.equal(because(code), undefined, code);
    for (const code of ['metric-disagrees', 'kv-transfer-failed', 'kv-expired'])
      assert.equal(because(code), undefined, code);
    assert.equal(validLoad({ ...cell, failure: { class: 'Hung', message: '', hint: '' } }), undefined);
  });
});
