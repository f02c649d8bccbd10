import { cancellationSignal } from '@temporalio/activity';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import { execInPod } from '../../kubernetes/client/exec.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { transportCells } from '../../results/records/cells.js';
import type { UnknownKv } from '../../suite/kv/kv-layers.js';
import { type KvSize, knownKv, kvSize, unknownKv } from '../../suite/kv/kv-size.js';
import { baselineCurve, baselineRate } from '../../suite/kv/transfer-curve.js';
import { type ModelConfig, modelConfig } from '../../suite/spec/model-config.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';
import type { GraphInput, GraphPlace } from './dynamo-graph.js';
import { roleOf } from './graph-pods.js';

const EXEC_TIMEOUT_MS = 15_000;

export interface RateInput extends Pick<GraphInput, 'run' | 'dynamo' | 'topology'> {
  /** Rate that a simulated engine pretends: bytes per second, that of the baseline, or none at all. */
  readonly kvTransferRate: number | 'measured' | 'none';
  /** Transport test whose curve is the baseline. */
  readonly baseline?: string | undefined;
}

/** KV bytes of a prompt token, as the deployment keeps and splits them. */
export function kvSizeOf(config: ModelConfig, { transfer }: GraphPlace['dynamo']): KvSize | UnknownKv {
  return kvSize(config, transfer.kvCacheType, transfer.tensorParallel);
}

/**
 * The rate that a simulated engine pretends; undefined when it does not pause for the network, or is real.
 *
 * @throws {SuiteFailure} `NotFound` when it is to be the measured one and there is none
 */
export async function pretendedRate(
  context: ActivityContext,
  input: RateInput,
  size: KvSize | UnknownKv | undefined,
): Promise<number | undefined> {
  const { run, dynamo, kvTransferRate, baseline } = input;
  if (dynamo.engine.kind !== 'mocker' || kvTransferRate === 'none' || input.topology === 'aggregated') return undefined;
  if (kvTransferRate !== 'measured') return kvTransferRate;
  const cells =
    baseline === undefined
      ? undefined
      : await context.store.use((kysely) => transportCells(kysely, run.workflowId, baseline));
  const curve = cells && baselineCurve(cells);
  const kv = knownKv(size);
  if (!curve || !kv) {
    const noSize = `the size of the KV cache is not known${size ? `: ${unknownKv(size)}` : ''}`;
    throw new SuiteFailure(
      'NotFound',
      `the simulated engine is to have the measured rate, and ${kv ? `no cell of ${baseline ?? 'a nixlbench test'} was measured` : noSize}`,
      { hint: 'run the transport test in the same suite and give model.config, or give engine.kvTransferRate' },
    );
  }
  return baselineRate(curve, kv, dynamo.transfer.tokensPerBlock);
}

/**
 * By the model's `config.json` in a worker that serves it from a folder. ModelOpt says in a file beside it how it has
 * quantized the model.
 */
export async function kvSizeFromWorker(
  cluster: Cluster,
  input: GraphPlace,
  pods: readonly Pod[],
): Promise<KvSize | UnknownKv | undefined> {
  const { run, dynamo } = input;
  const worker = pods.find((pod) => ['decode', 'worker'].includes(roleOf(pod)));
  const path = dynamo.model.path ?? dynamo.model.name;
  if (!worker || !path.startsWith('/')) return undefined;
  const read = async (file: string): Promise<unknown> => {
    const { exitCode, output } = await execInPod(
      cluster,
      { namespace: run.namespace, pod: worker.metadata.name, container: 'main' },
      ['cat', `${path}/${file}`],
      { timeoutMs: EXEC_TIMEOUT_MS, signal: cancellationSignal() },
    );
    return exitCode === 0 ? parsedJson(output) : undefined;
  };
  const parsed = modelConfig.safeParse(await read('config.json'));
  if (!parsed.success) return undefined;
  const config = parsed.data;
  const quantization = config.quantization_config ?? ((await read('hf_quant_config.json')) ? {} : null);
  return kvSizeOf({ ...config, quantization_config: quantization }, dynamo);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
