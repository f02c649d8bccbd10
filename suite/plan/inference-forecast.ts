import { countedKvType, engineOf, isSimulatedEngine } from '../engines/registry.js';
import { knownKv, kvSize, unknownKv } from '../kv/kv-size.js';
import type { Concern } from '../run/concern.js';
import type { DynamoSpec } from '../spec/dynamo-spec.js';
import type { InferenceSpec } from '../spec/inference-tests.js';
import { pointsOf } from '../spec/inference-tests.js';
import { gpusOfWorker } from '../spec/rank-resources.js';
import { estimateOfRange } from '../statistics/estimate.js';
import { formatCount } from '../units/count.js';
import { fromRange } from './cell-time.js';
import type { History, Range, TestForecast } from './test-forecast.js';

/** Seconds for each load point to start the pod and AIPerf, to warm up, and to store the evidence. */
const AROUND_A_POINT_SECONDS: Range = { low: 15, high: 120 };
/** Seconds to remove a deployment. The upper end is the default of `removalTimeout`. */
const REMOVAL_SECONDS: Range = { low: 10, high: 150 };
/** Shortest time in seconds until a deployment serves. The longest is `readyTimeout`. */
const FASTEST_READY_SECONDS = 20;

/** Forecasts the cells and the seconds of one inference test from its parameters, and from earlier cells if there are any. */
export function forecastOfLoad(
  { readyTimeout }: Pick<DynamoSpec, 'readyTimeout'>,
  test: InferenceSpec,
  history: History = new Map(),
): TestForecast {
  const points = pointsOf(test).length;
  const point: Range = {
    low: AROUND_A_POINT_SECONDS.low + (test.duration ?? 0),
    high: AROUND_A_POINT_SECONDS.high + test.timeout,
  };
  const { cell, within } = history.get(test.name) ?? fromRange(point);
  return {
    tool: test.tool,
    cells: { low: points, high: points },
    cell,
    within,
    around: {
      before: estimateOfRange({ low: Math.min(FASTEST_READY_SECONDS, readyTimeout), high: readyTimeout }),
      after: estimateOfRange(REMOVAL_SECONDS),
    },
  };
}

/** Finds devices of which a node of this type has too few for a deployment. All workers of a role run on one node. */
export function refusedWorkers(
  { replicas, resources }: Pick<DynamoSpec, 'replicas' | 'resources'>,
  node: { readonly nics: number; readonly gpus: number },
  subject: string,
): Concern[] {
  const most = Math.max(replicas.prefill, replicas.decode);
  const refused: Concern[] = [];
  const refuse = (wanted: number, there: number, what: string) => {
    if (wanted <= there) return;
    const message = `have ${there} ${what}; the ${formatCount(most, 'worker')} of a role on one node request ${wanted}`;
    refused.push({ subject, message });
  };
  refuse(most * gpusOfWorker(resources), node.gpus, 'GPUs');
  refuse(most * resources.nics, node.nics, 'NICs');
  return refused;
}

/** Finds tests whose KV transfer cannot be proven, because its bytes are unknown or counted in another type than the engine's. */
export function doubtfulLoads(dynamo: Pick<DynamoSpec, 'engine' | 'model' | 'transfer' | 'tests'>): Concern[] {
  const message = doubtOfBytes(dynamo);
  if (message === undefined) return [];
  return dynamo.tests
    .filter(({ topology }) => topology === 'disaggregated')
    .map(({ name }) => ({ subject: `test ${name}`, message }));
}

function doubtOfBytes({
  engine,
  model,
  transfer,
}: Pick<DynamoSpec, 'engine' | 'model' | 'transfer'>): string | undefined {
  if (isSimulatedEngine(engine.kind)) return undefined;
  const unproven = 'its KV transfer cannot be proven, because the KV bytes of a token are unknown';
  const { config } = model;
  if (!config) {
    if ((model.path ?? model.name).startsWith('/')) return undefined;
    return `${unproven}: set dynamo.model.config (fields of the model’s config.json, including torch_dtype), or a dynamo.model.path whose folder in the workers has that file`;
  }
  const sizeOf = (type: string) => kvSize(config, type, transfer.tensorParallel);
  const counted = sizeOf(countedKvType(engine, transfer.kvCacheType));
  const why = unknownKv(counted);
  if (why !== undefined) return `${unproven}: ${why}`;
  const ofEngine = knownKv(sizeOf(engineOf(engine).kvElementType(engine)));
  if (!ofEngine || ofEngine.bytesPerToken === knownKv(counted)?.bytesPerToken) return undefined;
  return `its KV transfer is predicted with ${transfer.kvCacheType} elements (dynamo.transfer.kvCacheType), but the engine keeps those of the model, because dynamo.engine.kvCacheDtype is auto: ${ofEngine.explanation}; set dynamo.engine.kvCacheDtype, or remove dynamo.transfer.kvCacheType`;
}
