import { z } from 'zod';
import { ec2InstanceType } from '../hardware/instance-type.js';
import { measuringPart } from '../pod/measuring-part.js';
import type { PodPatch } from '../pod/patch.js';
import type { DynamoRecord, InferenceCell, InferenceTestRecord } from '../record/inference-record.js';
import type { SuiteRecord } from '../record/record.js';
import { withCurrentKeys } from '../schema/renamed-keys.js';
import {
  agreed,
  type Comparability,
  compareFields,
  type FieldRow,
  type Fields,
  keyOfFields,
  readEntries,
  readFields,
} from './field-differences.js';

/** Reasons that exclude the figures of a load point from every comparison. `slow` does not exclude a point. */
const INVALIDATING_REASONS: ReadonlySet<string> = new Set([
  'errors',
  'lost-requests',
  'worker-restarted',
  'low-concurrency',
  'wrong-output-length',
  'prompts-repeated',
  'no-kv-transfer',
  'kv-path-unproven',
  'metric-disagrees',
  'kv-transfer-failed',
  'kv-expired',
]);

/** Returns the figures of a load point when they are valid: the load was as requested, on a healthy deployment. */
export function validLoad({ load, failure, reasons }: InferenceCell): InferenceCell['load'] {
  return failure || reasons.some(({ code }) => INVALIDATING_REASONS.has(code)) ? undefined : load;
}

/** Lists the excluded load points with the reason: `disaggregated at concurrency 64 (errors in 2 of 3 repetitions)`. */
export function excludedPoints({ tests }: DynamoRecord): string[] {
  return tests.flatMap(({ name, cells }) =>
    [...Map.groupBy(cells, ({ concurrency }) => concurrency)].flatMap(([concurrency, same]) => {
      const excluded = same.filter((cell) => !validLoad(cell));
      if (excluded.length === 0) return [];
      const why = new Set(excluded.map(({ failure, reasons }) => failure?.class ?? reasons[0]?.code ?? 'no figures'));
      const count = same.length > 1 ? ` in ${excluded.length} of ${same.length} repetitions` : '';
      return [`${name} at concurrency ${concurrency} (${[...why].join(', ')}${count})`];
    }),
  );
}

/** Returns true when a simulated engine produced the figures. They do not show Dynamo's performance. */
export function isSimulated({ reasons }: Pick<InferenceCell, 'reasons'>): boolean {
  return reasons.some(({ code }) => code === 'simulated-engine');
}

/** The parts of a suite run that decide whether its inference tests are comparable. */
export type InferenceRun = Pick<SuiteRecord, 'dynamo' | 'setup' | 'spec'>;

/** An inference test with its first valid cell, which shows how it was measured. */
interface MeasuredTest {
  readonly dynamo: DynamoRecord;
  readonly test: InferenceTestRecord;
  readonly cell: InferenceCell;
  readonly nodes: InferenceRun['setup']['nodes'];
}

const FIELDS: readonly FieldRow<MeasuredTest>[] = [
  ['engine', 'forbids', ({ dynamo }) => dynamo.engine],
  ['model', 'forbids', ({ dynamo }) => dynamo.model],
  ['transferBackend', 'forbids', ({ dynamo }) => dynamo.transferBackend],
  ['tokensPerBlock', 'forbids', ({ dynamo }) => dynamo.tokensPerBlock],
  ['platform', 'reported', ({ dynamo }) => dynamo.platform?.version],
  ['kind', 'reported', ({ dynamo }) => dynamo.kind],
  ['topology', 'forbids', ({ test }) => test.topology],
  ['inputTokens', 'forbids', ({ test }) => test.inputTokens],
  ['outputTokens', 'forbids', ({ test }) => test.outputTokens],
  ['gpus', 'forbids', ({ cell }) => cell.gpus],
  ['kvBytesPerTokenAndRank', 'forbids', ({ cell }) => cell.kv?.bytesPerTokenAndRank],
  ['versions.aiperf', 'forbids', ({ cell }) => cell.load?.version],
  ['simulatedRate', 'reported', ({ cell }) => cell.simulatedRate],
  ['instanceType', 'forbids', ({ nodes }) => agreed(nodes.map((node) => ec2InstanceType(node.instanceType)))],
  ['nodes', 'reported', ({ nodes }) => nodes.map(({ name }) => name)],
];

/** Keys of the block `dynamo` that control how the platform is installed and removed. They do not affect a figure. */
const DEPLOYMENT_OPTIONS: ReadonlySet<string> = new Set(['tests', 'name', 'platform', 'readyTimeout', 'keep']);

/** Options that control how often, how long, why and at which points an inference test runs. */
const SCHEDULING_OPTIONS: ReadonlySet<string> = new Set([
  'name',
  'required',
  'control',
  'concurrency',
  'repetitions',
  'limits',
  'timeout',
]);

/**
 * Compares the conditions of an inference test in two suite runs: lists the fields in which they differ, and decides
 * whether the figures are comparable.
 *
 * These differences forbid a comparison: the load (tokens, options of the test), the deployment (engine, model, image
 * digests, replicas, resources, KV transfer, environment) and the hardware (instance type, GPUs). Only reported: nodes, the
 * version of the platform, the counters of NIXL, and the rate that a simulated engine was configured with.
 */
export function compareInferenceTests(a: InferenceRun, b: InferenceRun, test: string): Comparability {
  return compareFields(fieldsOf(a, test), fieldsOf(b, test));
}

/**
 * Returns a text that is equal for two inference tests of a run if only `ignored` fields, and no other that forbids a
 * comparison, differ.
 *
 * @param ignored names of fields as in the differences of `compareInferenceTests`
 */
export function inferenceTestKey(run: InferenceRun, test: string, ignored: ReadonlySet<string>): string {
  return keyOfFields(fieldsOf(run, test), ignored);
}

function fieldsOf(run: InferenceRun, name: string): Fields {
  const measured = measuredTest(run, name);
  if (!measured) return new Map();
  const { nixlTelemetry, block } = withoutTelemetry(dynamoBlock(run.spec));
  const options = block?.tests?.find((candidate) => candidate.name === name) ?? {};
  return new Map([
    ...readFields(FIELDS, measured),
    ...readEntries('dynamo.transfer', { nixlTelemetry }, () => 'reported'),
    ...readEntries('image', imagesByRole(measured.cell), () => 'forbids'),
    ...readEntries('dynamo', block ? measuringFields(block) : {}, (key) =>
      DEPLOYMENT_OPTIONS.has(key) ? undefined : 'forbids',
    ),
    ...readEntries('parameters', options, (option) => (SCHEDULING_OPTIONS.has(option) ? undefined : 'forbids')),
  ]);
}

/** Takes the switch of NIXL's counters out of the block. They count transfers and do not change a figure. */
function withoutTelemetry(block: DynamoBlock | undefined): {
  nixlTelemetry?: true | undefined;
  block?: DynamoBlock | undefined;
} {
  if (!block?.transfer) return { block };
  const { nixlTelemetry, ...others } = block.transfer;
  const transfer = Object.keys(others).length > 0 ? others : undefined;
  // The default and its absence are the same condition.
  return { nixlTelemetry: nixlTelemetry === true ? true : undefined, block: { ...block, transfer } };
}

/** Removes what changes no figure: how the pods are scheduled, and where the files of the model are kept. */
function measuringFields({ model, pod, ...block }: DynamoBlock): DynamoBlock {
  const { cache, ...others } = model ?? {};
  return { ...block, ...(model ? { model: others } : {}), pod: measuringPart(pod as PodPatch | undefined) };
}

function measuredTest({ dynamo, setup }: InferenceRun, name: string): MeasuredTest | undefined {
  const test = dynamo?.tests.find((candidate) => candidate.name === name);
  const cell = test?.cells.find((candidate) => validLoad(candidate));
  if (!dynamo || !test || !cell) return undefined;
  const { node1, node2 } = setup.pair ?? {};
  return { dynamo, test, cell, nodes: setup.nodes.filter(({ name }) => name === node1 || name === node2) };
}

function imagesByRole({ pods }: InferenceCell): Record<string, unknown> {
  return Object.fromEntries(
    [...Map.groupBy(pods, ({ role }) => role)].map(([role, same]) => [
      role,
      agreed([...new Set(same.map(({ imageId }) => imageId))]),
    ]),
  );
}

const specWithDynamo = z.object({
  dynamo: z.looseObject({
    model: z.looseObject({}).optional(),
    tests: z.array(z.looseObject({ name: z.string() })).optional(),
    transfer: z.looseObject({ nixlTelemetry: z.boolean().optional() }).optional(),
  }),
});

type DynamoBlock = z.output<typeof specWithDynamo>['dynamo'];

/** Returns the block `dynamo` as the user wrote it, with the current names of its keys. */
function dynamoBlock(spec: unknown): DynamoBlock | undefined {
  return specWithDynamo.safeParse(withCurrentKeys(spec).spec).data?.dynamo;
}
