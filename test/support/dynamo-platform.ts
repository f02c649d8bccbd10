import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { isNotFound } from '../../kubernetes/client/api-failure.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import type { Condition, KubernetesObject, Pod } from '../../kubernetes/client/objects.js';
import { poll } from '../../kubernetes/client/poll.js';
import { CUSTOM_RESOURCE_DEFINITION, DYNAMO_GRAPH, POD } from '../../kubernetes/client/resources.js';
import { isReady } from '../../kubernetes/pods/pod-state.js';

/** A chart that stands in for NVIDIA's: its resources, and a pod that is found as the operator. */
export const PLATFORM_CHART = fileURLToPath(new URL('../../../test/platform-chart', import.meta.url));

interface ResourceDefinition extends KubernetesObject {
  spec: { versions: { name: string; storage: boolean }[] };
  status?: { conditions?: Condition[] };
}

async function definitions(): Promise<ResourceDefinition[]> {
  const text = await readFile(`${PLATFORM_CHART}/templates/resources.yaml`, 'utf8');
  return parseAllDocuments(text).map((document) => document.toJS() as ResourceDefinition);
}

/**
 * Makes the resources of the Dynamo platform. They belong to the whole box: whoever makes them removes them.
 *
 * @param versions of DynamoGraphDeployment; the last one is stored
 */
export async function installResources(admin: Cluster, versions = ['v1alpha1', 'v1beta1']): Promise<void> {
  for (const definition of await definitions()) {
    const { spec, metadata } = definition;
    if (metadata.name.startsWith('dynamographdeployments.')) {
      spec.versions = spec.versions.filter(({ name }) => versions.includes(name));
      for (const version of spec.versions) version.storage = version.name === versions.at(-1);
    }
    await admin.apply(definition);
    await poll(async () => {
      const found = await admin.get<ResourceDefinition>(CUSTOM_RESOURCE_DEFINITION, undefined, metadata.name);
      const established = found.status?.conditions?.some(
        ({ type, status }) => type === 'Established' && status === 'True',
      );
      return established || undefined;
    }, AbortSignal.timeout(120_000));
  }
  if (versions.includes('v1beta1')) await served(admin);
}

/** The API server knows of a new resource a moment before it serves it. */
async function served(admin: Cluster): Promise<void> {
  await poll(async () => {
    try {
      await admin.list(DYNAMO_GRAPH, undefined);
      return true;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }, AbortSignal.timeout(120_000));
}

/** Removes the resources with all objects of their kinds, and waits until they are gone. */
export async function removeResources(admin: Cluster): Promise<void> {
  for (const { metadata } of await definitions()) {
    await admin.delete(CUSTOM_RESOURCE_DEFINITION, undefined, metadata.name);
    await poll(
      async () => ((await admin.find(CUSTOM_RESOURCE_DEFINITION, undefined, metadata.name)) ? undefined : true),
      AbortSignal.timeout(120_000),
    );
  }
}

/** A pod that is found as the platform's operator; it does nothing. */
export async function startOperatorPod(admin: Cluster, namespace: string): Promise<void> {
  const name = 'operator';
  const pod: Pod = {
    ...POD,
    metadata: { name, namespace, labels: { 'app.kubernetes.io/name': 'dynamo-operator' } },
    spec: {
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      containers: [{ name: 'manager', image: 'localhost/pause:3.10', imagePullPolicy: 'Never' }],
    },
  };
  await admin.apply(pod);
  await poll(
    async () => (isReady(await admin.get<Pod>(POD, namespace, name)) ? true : undefined),
    AbortSignal.timeout(120_000),
  );
}
