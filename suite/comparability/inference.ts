import { z } from 'zod';
import type { DynamoRecord, LoadCell, LoadTestRecord } from '../record/load-record.js';
import type { SuiteRecord } from '../record/record.js';
import { withCurrentKeys } from '../schema/renamed-keys.js';
import { agreed, type Comparability, comparability, differencesOf, type Field, textOf } from './field-differences.js';

/** Reasons that keep the figures of a load point out of every comparison. A point that is only too slow is compared. */
const KEPT_OUT: ReadonlySet<string> = new Set([
  'errors',
  'lost-requests',
  'worker-restarted',
  'low-concurrency',
  'wrong-output-length',
  'prompts-repeated',
  'no-kv-transfer',
  'kv-path-unproven',
]);

/** What was measured at a load point, if it may be compared at all: the load was what it should be, on a sound cluster. */
export function comparableLoad({ load, failure, reasons }: LoadCell): LoadCell['load'] {
  return failure || reasons.some(({ code }) => KEPT_OUT.has(code)) ? undefined : load;
}

/** Points whose load was not what it should be, with why: `disaggregated at concurrency 64 (errors in 2 of 3 repetitions)`. */
export function leftOut({ tests }: DynamoRecord): string[] {
  return tests.flatMap(({ name, cells }) =>
    [...Map.groupBy(cells, ({ concurrency }) => concurrency)].flatMap(([concurrency, same]) => {
      const out = same.filter((cell) => !comparableLoad(cell));
      if (out.length === 0) return [];
      const why = new Set(out.map(({ failure, reasons }) => failure?.class ?? reasons[0]?.code ?? 'no figures'));
      const often = same.length > 1 ? ` in ${out.length} of ${same.length} repetitions` : '';
      return [`${name} at concurrency ${concurrency} (${[...why].join(', ')}${often})`];
    }),
  );
}

/** Whether a simulated engine gave the figures: they are no performance of Dynamo, and never stand beside real ones. */
export function isSimulated({ reasons }: Pick<LoadCell, 'reasons'>): boolean {
  return reasons.some(({ code }) => code === 'simulated-engine');
}

/** A run with phase 3. */
export type LoadRun = Pick<SuiteRecord, 'dynamo' | 'setup' | 'spec'>;

/** Parts of the block `dynamo` that say how the cluster comes there and goes, and nothing of what it does. */
const NOT_MEASURED: ReadonlySet<string> = new Set(['tests', 'name', 'platform', 'readyTimeout', 'keep']);

/** Options of an inference test that say how often, how long, why and at which points it runs. */
const HOW_OFTEN: ReadonlySet<string> = new Set([
  'name',
  'required',
  'control',
  'concurrency',
  'repetitions',
  'limits',
  'timeout',
]);

/**
 * Names the fields in which an inference test differs between two runs, and whether its figures may be held against each
 * other.
 *
 * Forbidding: the load (tokens, options of the test), what is deployed (engine, model, image digests, replicas, resources,
 * KV transfer, environment) and on what (instance type, GPUs). Named only: nodes, the platform that deployed it, and the
 * rate that a simulated engine was told.
 */
export function comparableLoads(a: LoadRun, b: LoadRun, test: string): Comparability {
  return comparability(differencesOf(fieldsOf(a, test), fieldsOf(b, test)));
}

function fieldsOf({ dynamo, setup, spec }: LoadRun, name: string): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field>();
  const add = (field: string, value: unknown, forbids: boolean) => {
    if (value !== undefined) fields.set(field, { text: textOf(value), forbids });
  };
  const test = dynamo?.tests.find((candidate) => candidate.name === name);
  const cell = test?.cells.find((candidate) => comparableLoad(candidate));
  if (!dynamo || !test || !cell) return fields;
  add('engine', dynamo.engine, true);
  add('model', dynamo.model, true);
  add('transferBackend', dynamo.transferBackend, true);
  add('tokensPerBlock', dynamo.tokensPerBlock, true);
  add('platform', dynamo.platform?.version, false);
  add('kind', dynamo.kind, false);
  addTest(add, test, cell);
  const nodes = setup.nodes.filter((node) => node.name === setup.pair?.node1 || node.name === setup.pair?.node2);
  add('instanceType', agreed(nodes.map(({ instanceType }) => instanceType.replace(/^ml\./, ''))), true);
  add(
    'nodes',
    nodes.map((node) => node.name),
    false,
  );
  const given = specOfDynamo(spec);
  for (const [option, value] of Object.entries(given ?? {})) {
    if (!NOT_MEASURED.has(option)) add(`dynamo.${option}`, value, true);
  }
  for (const [option, value] of Object.entries(given?.tests?.find((candidate) => candidate.name === name) ?? {})) {
    if (!HOW_OFTEN.has(option)) add(`parameters.${option}`, value, true);
  }
  return fields;
}

function addTest(
  add: (field: string, value: unknown, forbids: boolean) => void,
  { topology, inputTokens, outputTokens }: LoadTestRecord,
  { gpus, kv, load, pods, simulatedRate }: LoadCell,
): void {
  add('topology', topology, true);
  add('inputTokens', inputTokens, true);
  add('outputTokens', outputTokens, true);
  add('gpus', gpus, true);
  add('kvBytesPerTokenAndRank', kv?.bytesPerTokenAndRank, true);
  add('versions.aiperf', load?.version, true);
  add('simulatedRate', simulatedRate, false);
  for (const [role, ofRole] of Map.groupBy(pods, (pod) => pod.role)) {
    add(`image.${role}`, agreed([...new Set(ofRole.map(({ imageId }) => imageId))]), true);
  }
}

const asGiven = z.object({
  dynamo: z.looseObject({ tests: z.array(z.looseObject({ name: z.string() })).optional() }),
});

/** The block `dynamo` as the user wrote it. */
function specOfDynamo(spec: unknown): z.output<typeof asGiven>['dynamo'] | undefined {
  return asGiven.safeParse(withCurrentKeys(spec).spec).data?.dynamo;
}
