import { readManifestText } from '../../kubernetes/client/manifest.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { runObjectName } from '../../suite/run/object-names.js';
import { type Run, runLabels } from '../../suite/run/run.js';

const SCRIPTS = ['entry.sh', 'devices.sh', 'libraries.sh', 'listening.sh', 'probe.sh', 'load.sh'] as const;

/**
 * Builds the run object: the ConfigMap that owns all objects of the run and contains the scripts and files of its pods.
 *
 * @param files files of the tests, by name
 * @param annotations annotations of every object of the run
 */
export async function runObject(
  run: Run,
  files: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
): Promise<KubernetesObject> {
  const scripts = await Promise.all(
    SCRIPTS.map(async (name) => [name, await readManifestText(`scripts/${name}`)] as const),
  );
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: runObjectName(run), namespace: run.namespace, labels: runLabels(run), annotations },
    data: { ...Object.fromEntries(scripts), ...files },
  };
}
