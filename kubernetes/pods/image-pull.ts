import type { Pod } from '../client/objects.js';

const PULL_REASONS = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
]);

/** Reasons and registry messages after which every further pull fails too. */
const FINAL_REASONS = new Set(['ErrImageNeverPull', 'InvalidImageName']);
const FINAL_MESSAGE =
  /\bnot found\b|manifest unknown|does not exist|\bdenied\b|unauthori[sz]ed|authorization failed|\bforbidden\b|invalid (?:image )?(?:reference|name)|no match for platform/i;

/** The kubelet's reason and message for an image that it cannot pull. */
export interface PullTrouble {
  readonly reason: string;
  readonly message: string;
  /** Whether every further pull fails too. */
  readonly final: boolean;
}

/** Returns why the kubelet cannot pull the image of a pod; undefined when the pod has no such problem. */
export function pullTrouble(pod: Pod): PullTrouble | undefined {
  const { reason, message = '' } = pod.status?.containerStatuses?.[0]?.state?.waiting ?? {};
  if (reason === undefined || !PULL_REASONS.has(reason)) return undefined;
  return { reason, message, final: FINAL_REASONS.has(reason) || FINAL_MESSAGE.test(message) };
}
