import { cancellationSignal } from '@temporalio/activity';
import type { DeploymentPlace } from '../../cluster/objects/dynamo/deployment-input.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import { execInPod } from '../../kubernetes/client/exec.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { countedKvType } from '../../suite/engines/registry.js';
import type { UnknownKv } from '../../suite/kv/kv-layers.js';
import { type KvSize, kvSize } from '../../suite/kv/kv-size.js';
import { type ModelConfig, modelConfig } from '../../suite/spec/model-config.js';
import { roleOf } from './deployment-pods.js';

const EXEC_TIMEOUT_MS = 15_000;

/** Computes the KV bytes of a prompt token, with the data type and tensor parallelism of the deployment. */
export function kvSizeOf(config: ModelConfig, { engine, transfer }: DeploymentPlace['dynamo']): KvSize | UnknownKv {
  return kvSize(config, countedKvType(engine, transfer.kvCacheType), transfer.tensorParallel);
}

/**
 * Computes the KV bytes of a prompt token from the model's `config.json` in a worker that loads the model from a
 * folder. Returns undefined without this file. A quantized model may declare its quantization only in
 * `hf_quant_config.json` (ModelOpt).
 */
export async function kvSizeFromWorker(
  cluster: Cluster,
  { run, dynamo }: DeploymentPlace,
  pods: readonly Pod[],
): Promise<KvSize | UnknownKv | undefined> {
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
