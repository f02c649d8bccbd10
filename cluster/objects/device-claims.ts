import type { Container, KubernetesObject, PodSpec } from '../../kubernetes/client/objects.js';
import { RESOURCE_CLAIM_TEMPLATE } from '../../kubernetes/client/resources.js';
import { claimReference, claimTemplateSpec, type DeviceClaim, type SuiteClaims } from '../../suite/pod/claims.js';
import { claimTemplateName } from '../../suite/run/object-names.js';
import type { Run } from '../../suite/run/run.js';
import { type Ownership, ownedObject } from './owned-object.js';

/** Adds claims to a pod and to one of its containers, after those that they have already. */
export function addClaims(
  run: Run,
  owner: keyof SuiteClaims,
  spec: PodSpec,
  container: Container,
  claims: readonly DeviceClaim[] = [],
): void {
  if (claims.length === 0) return;
  spec.resourceClaims = [
    ...(spec.resourceClaims ?? []),
    ...claims.map((claim) => claimReference(claim, claimTemplateName(run, owner, claim.name))),
  ];
  const before = container.resources?.claims ?? [];
  container.resources = { ...container.resources, claims: [...before, ...claims.map(({ name }) => ({ name }))] };
}

/** Builds the ResourceClaimTemplates of a run, from which Kubernetes makes a claim for each of its pods. */
export function claimTemplates(run: Run, claims: SuiteClaims, ownership: Ownership): KubernetesObject[] {
  return (['rank', 'worker'] as const).flatMap((owner) =>
    (claims[owner] ?? []).flatMap((claim): KubernetesObject[] => {
      const spec = claimTemplateSpec(claim);
      if (spec === undefined) return [];
      const name = claimTemplateName(run, owner, claim.name);
      return [ownedObject(run, { ...RESOURCE_CLAIM_TEMPLATE, metadata: { name }, spec }, name, {}, ownership)];
    }),
  );
}
