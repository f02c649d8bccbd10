import assert from 'node:assert/strict';
import { readManifest } from '../../../kubernetes/client/manifest.js';
import type { KubernetesObject, PodSpec } from '../../../kubernetes/client/objects.js';

/** Specs of the pods in a manifest, by the name of what makes them. */
async function podsIn(manifest: string): Promise<Map<string, PodSpec>> {
  const pods = new Map<string, PodSpec>();
  for (const { kind, metadata, spec } of (await readManifest(manifest)) as (KubernetesObject & { spec: unknown })[]) {
    const { template, components } = spec as {
      template?: { spec: PodSpec };
      components?: { name: string; podTemplate: { spec: PodSpec } }[];
    };
    if (kind === 'Pod') pods.set(metadata.name, spec as PodSpec);
    if (template) pods.set(metadata.name, template.spec);
    for (const { name, podTemplate } of components ?? []) pods.set(name, podTemplate.spec);
  }
  return pods;
}

const MANIFESTS = [
  'rank-pod.yaml',
  'etcd.yaml',
  'keeper-pod.yaml',
  'dynamo/components.yaml',
  'dynamo/graph.yaml',
  'dynamo/load-job.yaml',
];

for (const manifest of MANIFESTS) {
  describe(`the pods of manifests/${manifest}`, () => {
    it('cannot gain privileges, and have at most the capability IPC_LOCK', async () => {
      const pods = await podsIn(manifest);
      assert.notEqual(pods.size, 0);
      for (const [name, spec] of pods) {
        for (const { securityContext } of spec.containers) {
          assert.equal(securityContext?.allowPrivilegeEscalation, false, name);
          assert.deepEqual(securityContext.capabilities?.drop, ['ALL'], name);
          assert.ok(securityContext.capabilities.add?.every((capability) => capability === 'IPC_LOCK') ?? true, name);
          const profile = securityContext.seccompProfile ?? spec.securityContext?.seccompProfile;
          // A kubelet can have RuntimeDefault as its default, which would change figures.
          const measures = name === 'rank' || name.endsWith('worker');
          assert.equal(profile?.type, measures ? 'Unconfined' : 'RuntimeDefault', name);
        }
      }
    });

    // The operator gives its pods the token that they need for discovery.
    if (manifest === 'dynamo/graph.yaml') return;
    it('get no token of a service account', async () => {
      for (const [name, spec] of await podsIn(manifest)) assert.equal(spec.automountServiceAccountToken, false, name);
    });
  });
}

describe('etcd and the load', () => {
  it('are not root, and cannot write to their image', async () => {
    const all = new Map<string, PodSpec>();
    for (const manifest of MANIFESTS) for (const [name, spec] of await podsIn(manifest)) all.set(name, spec);
    for (const name of ['dynamo-bench-etcd', 'dynamo-discovery', 'load']) {
      const spec = all.get(name);
      assert.equal(spec?.securityContext?.runAsNonRoot, true, name);
      assert.equal(spec.containers[0]?.securityContext?.readOnlyRootFilesystem, true, name);
    }
  });
});
