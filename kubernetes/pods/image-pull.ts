import type { Pod } from '../client/objects.js';

const PULL_REASONS = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
]);

/** Reasons and registry messages after which every further try fails as well. */
const FINAL_REASONS = new Set(['ErrImageNeverPull', 'InvalidImageName']);
const FINAL_MESSAGE =
  /\bnot found\b|manifest unknown|does not exist|\bdenied\b|unauthori[sz]ed|authorization failed|\bforbidden\b|invalid (?:image )?(?:reference|name)|no match for platform/i;

/** Why the image of a pod is not pulled. */
export interface PullTrouble {
  readonly reason: string;
  readonly message: string;
  /** The kubelet's next try will end the same way. */
  readonly final: boolean;
}

/** Reads from a pod's status why its image is not pulled; undefined without such a problem. */
export function pullTrouble(pod: Pod): PullTrouble | undefined {
  const { reason, message = '' } = pod.status?.containerStatuses?.[0]?.state?.waiting ?? {};
  if (reason === undefined || !PULL_REASONS.has(reason)) return undefined;
  return { reason, message, final: FINAL_REASONS.has(reason) || FINAL_MESSAGE.test(message) };
}
