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
  /** Image as the pod names it. */
  readonly image: string;
  readonly reason: string;
  readonly message: string;
  /** Whether every further pull fails too. */
  readonly final: boolean;
}

/** Returns why the kubelet cannot pull an image of a pod, also that of a sidecar; undefined when the pod has no such problem. */
export function pullTrouble(pod: Pod): PullTrouble | undefined {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const container = [...initContainerStatuses, ...containerStatuses].find(({ state }) =>
    PULL_REASONS.has(state?.waiting?.reason ?? ''),
  );
  const { reason, message = '' } = container?.state?.waiting ?? {};
  if (container === undefined || reason === undefined) return undefined;
  const { initContainers = [], containers } = pod.spec;
  const image = [...initContainers, ...containers].find(({ name }) => name === container.name)?.image ?? '';
  const final = FINAL_REASONS.has(reason) || (FINAL_MESSAGE.test(message) && !PASSING_MESSAGE.test(message));
  return { image, reason, message, final };
}
