import { readManifestObject } from '../../kubernetes/client/manifest.js';
import type { Container, Deployment, KubernetesObject } from '../../kubernetes/client/objects.js';
import { NAME_LABEL, RUN_LABEL, type Run } from '../../suite/run/run.js';
import type { EtcdSettings } from '../../suite/spec/etcd-settings.js';

/** Builds the Deployment of a run's etcd from manifests/etcd.yaml. */
export async function etcdDeployment(
  input: EtcdSettings & { readonly run: Run },
  name: string,
): Promise<KubernetesObject> {
  const manifest = await readManifestObject<Deployment>('etcd.yaml', 'Deployment');
  const spec = structuredClone(manifest.spec) as EtcdDeploymentSpec;
  const labels = { [NAME_LABEL]: name };
  spec.selector.matchLabels = labels;
  spec.template.metadata.labels = {
    ...spec.template.metadata.labels,
    ...labels,
    [RUN_LABEL]: input.run.key,
  };
  const [container] = spec.template.spec.containers;
  if (container) {
    container.image = input.image;
    container.imagePullPolicy = input.imagePullPolicy;
    container.command = container.command?.map((arg) => arg.replace('//dynamo-bench-etcd:', `//${name}:`)) ?? [];
  }
  spec.template.spec.tolerations = input.tolerations;
  if (input.imagePullSecret) spec.template.spec.imagePullSecrets = [{ name: input.imagePullSecret }];
  return { ...manifest, spec };
}

/** Builds the Service of a run's etcd from manifests/etcd.yaml. */
export async function etcdService(name: string): Promise<KubernetesObject> {
  const manifest = await readManifestObject('etcd.yaml', 'Service');
  return { ...manifest, spec: { ...(manifest.spec as object), selector: { [NAME_LABEL]: name } } };
}

interface EtcdDeploymentSpec {
  selector: { matchLabels: Record<string, string> };
  template: {
    metadata: { labels: Record<string, string> };
    spec: { containers: Container[]; tolerations?: unknown; imagePullSecrets?: { name: string }[] };
  };
}
