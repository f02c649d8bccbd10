import { z } from 'zod';
import { objectName } from '../schema/grammar.js';
import { choice, slug, strict } from '../schema/schema.js';

/** Limits of a request in Kubernetes: DeviceSelectorsMaxSize and CELSelectorExpressionMaxLength of resource.k8s.io/v1. */
const MAX_SELECTORS = 32;
const MAX_EXPRESSION = 10_240;
/** Limit of the claims of a pod here; Kubernetes has none. */
const MAX_CLAIMS = 32;

const deviceClaim = strict({
  name: slug('the name of a claim', 40).meta({ description: 'name of the claim in the pod' }),
  deviceClass: objectName('the name of a DeviceClass').optional().meta({
    description:
      'DeviceClass of the devices, for example efa.networking.k8s.aws; the suite creates a ResourceClaimTemplate for the run',
  }),
  count: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .meta({ description: 'number of devices of the class for each pod; default: 1' }),
  allocationMode: choice('allocation mode', ['ExactCount', 'All'])
    .optional()
    .meta({ description: 'All: every device of the class on the node, instead of count' }),
  selectors: z.array(z.string().min(1).max(MAX_EXPRESSION)).min(1).max(MAX_SELECTORS).optional().meta({
    description: 'CEL expressions that a device must fulfil, for example device.attributes["dra.net"].rdma == true',
  }),
  template: objectName('the name of a ResourceClaimTemplate').optional().meta({
    description: 'instead of deviceClass: ResourceClaimTemplate that exists in the namespace of the suite',
  }),
  claim: objectName('the name of a ResourceClaim').optional().meta({
    description:
      'instead of deviceClass: ResourceClaim that exists in the namespace, and that pods of both nodes share',
  }),
  nics: z.int().min(0).max(1024).optional().meta({
    description:
      'NICs that the claim grants to each pod; default: count for a deviceClass, but 0 for those of nvidia.com, which are GPUs, and 0 for template and claim',
  }),
}).superRefine((claim, context) => {
  const problem = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
  const sources = (['deviceClass', 'template', 'claim'] as const).filter((key) => claim[key] !== undefined);
  if (sources.length === 0)
    problem('deviceClass', 'is missing; set deviceClass, or template or claim for one that exists');
  for (const key of sources.slice(1)) problem(key, `is set beside ${sources[0]}; remove one of them`);
  for (const key of ['count', 'allocationMode', 'selectors'] as const) {
    if (claim[key] !== undefined && sources.length > 0 && claim.deviceClass === undefined) {
      problem(key, `belongs to deviceClass; remove it: the ${sources[0]} has it already`);
    }
  }
  if (claim.allocationMode !== 'All') return;
  if (claim.count !== undefined) problem('count', 'is set beside allocationMode All; remove one of them');
  if (claim.nics === undefined) {
    problem('nics', 'is missing: allocationMode All grants a number of NICs that only the cluster knows; set it');
  }
});

/** Devices that a pod gets by Dynamic Resource Allocation. */
export type DeviceClaim = Readonly<z.output<typeof deviceClaim>>;

/** The claims of a suite by the pods that have them: ranks and probes, or Dynamo's workers. */
export interface SuiteClaims {
  readonly rank?: readonly DeviceClaim[] | undefined;
  readonly worker?: readonly DeviceClaim[] | undefined;
}

/** Returns the claims of a spec. */
export function claimsOfSpec(spec: {
  readonly resources: { readonly claims?: readonly DeviceClaim[] | undefined };
  readonly dynamo?: { readonly resources: { readonly claims?: readonly DeviceClaim[] | undefined } } | undefined;
}): SuiteClaims {
  return { rank: spec.resources.claims, worker: spec.dynamo?.resources.claims };
}

/** Schema of the claims of each pod. */
export const deviceClaims = () =>
  z
    .array(deviceClaim)
    .min(1)
    .max(MAX_CLAIMS)
    .refine((claims) => new Set(claims.map(({ name }) => name)).size === claims.length, {
      message: 'has two claims of the same name; give each claim a unique name',
    });

/** Returns the number of NICs that claims grant to a pod. */
export function nicsOfClaims(claims: readonly DeviceClaim[] = []): number {
  return claims.reduce((sum, { deviceClass, count = 1, nics }) => {
    const isNic = deviceClass !== undefined && !/(?:^|\.)nvidia\.com$/.test(deviceClass);
    return sum + (nics ?? (isNic ? count : 0));
  }, 0);
}

/** Returns the number of NVIDIA's GPUs and parts of GPUs that claims grant to a pod. Counts a claim of all on the node as one. */
export function gpusOfClaims(claims: readonly DeviceClaim[] = []): number {
  return claims.reduce((sum, { deviceClass = '', count = 1 }) => {
    return sum + (/(?:^|\.)(?:gpu|mig)\.nvidia\.com$/.test(deviceClass) ? count : 0);
  }, 0);
}

/** Lists claims for a message: `claim efa of 8 efa.networking.k8s.aws`. */
export function claimsText(claims: readonly DeviceClaim[] = []): string {
  return claims
    .map(({ name, deviceClass, count = 1, allocationMode, template, claim }) => {
      if (deviceClass === undefined) return `claim ${name} (${template ?? claim ?? ''})`;
      return `claim ${name} of ${allocationMode === 'All' ? 'all' : count} ${deviceClass}`;
    })
    .join(', ');
}

/** Returns the spec of the ResourceClaimTemplate for a claim; undefined for one that exists in the cluster. */
export function claimTemplateSpec(claim: DeviceClaim): object | undefined {
  const { name, deviceClass, count = 1, allocationMode, selectors } = claim;
  if (deviceClass === undefined) return undefined;
  const exactly = {
    deviceClassName: deviceClass,
    ...(allocationMode === 'All' ? { allocationMode } : { allocationMode: 'ExactCount', count }),
    ...(selectors ? { selectors: selectors.map((expression) => ({ cel: { expression } })) } : {}),
  };
  return { spec: { devices: { requests: [{ name, exactly }] } } };
}

/**
 * Returns the reference of a pod to a claim, for `spec.resourceClaims`.
 *
 * @param templateName name of the ResourceClaimTemplate that the suite creates
 */
export function claimReference({ name, template, claim }: DeviceClaim, templateName: string) {
  if (claim !== undefined) return { name, resourceClaimName: claim };
  return { name, resourceClaimTemplateName: template ?? templateName };
}
