import type { PodSpec } from '../../../kubernetes/client/objects.js';
import type { DynamoSpec } from '../../../suite/spec/dynamo-spec.js';
import { mainContainer, setEnvironment } from './deployment-pod.js';

const VOLUME = 'model-cache';
const FOLDER = '/model-cache';

/**
 * Mounts the cache of the model's files and points Hugging Face's libraries at it. `dynamo.env` can set another `HF_HOME`.
 */
export function mountModelCache(spec: PodSpec, { model, env }: Pick<DynamoSpec, 'model' | 'env'>): void {
  const { cache } = model;
  if (!cache) return;
  const container = mainContainer(spec);
  spec.volumes = [...(spec.volumes ?? []), { name: VOLUME, ...source(cache) }];
  container.volumeMounts = [...(container.volumeMounts ?? []), { name: VOLUME, mountPath: FOLDER }];
  if (!Object.hasOwn(env, 'HF_HOME')) setEnvironment(container, { HF_HOME: FOLDER });
}

function source({ claim, hostPath = '' }: NonNullable<DynamoSpec['model']['cache']>) {
  return claim === undefined
    ? { hostPath: { path: hostPath, type: 'DirectoryOrCreate' } }
    : { persistentVolumeClaim: { claimName: claim } };
}
