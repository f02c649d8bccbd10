import type { Pod } from '../client/objects.js';

const PULL_REASONS = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);

/** Reasons and registry messages after which every further pull fails too. */
const FINAL_REASONS = new Set(['ErrImageNeverPull', 'InvalidImageName', 'SignatureValidationFailed']);
const FINAL_MESSAGE =
  /\bnot found\b|manifest unknown|does not exist|\bdenied\b|unauthori[sz]ed|authorization failed|\bforbidden\b|invalid (?:image )?(?:reference|name)|no match for platform/i;

/**
 * Messages that contain a final word although a further pull can succeed: the store of containerd lacks a layer that another
 * pull removed or has not yet written, and a token of the registry has expired, which the kubelet renews.
 */
const PASSING_MESSAGE =
  /content digest \S+: not found|content at \S+ not found|snapshot \S+ does not exist|token has expired/i;

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
  const final = FINAL_REASONS.has(reason) || (FINAL_MESSAGE.test(message) && !PASSING_MESSAGE.test(message));
  return { reason, message, final };
}
