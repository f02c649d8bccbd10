import { DIRECTIVE, isObject, type Json, type JsonObject, type PodPatch } from './patch.js';
import { objectIn, objectsIn, textIn, textsIn } from './read-json.js';
import { strategicMerge } from './strategic-merge.js';

/** A pod, or the template of one. */
interface PodLike {
  readonly metadata?: unknown;
  readonly spec: unknown;
}

/**
 * Applies the patch of a spec to a pod of the suite, and returns the result. Containers of the patch get what every container of
 * the suite has, unless the patch says otherwise: no privilege escalation, and no capability. Without a patch, returns the pod
 * unchanged.
 */
export function applyPodPatch<Pod extends PodLike>(pod: Pod, patch: PodPatch | undefined): Pod {
  if (patch === undefined) return pod;
  const { metadata = {}, spec = {} } = patch;
  const merged = strategicMerge(
    { metadata: objectIn(pod, 'metadata'), spec: objectIn(pod, 'spec') },
    { metadata, spec },
  );
  return { ...pod, ...merged, spec: closedContainers(objectIn(merged, 'spec'), spec) };
}

/**
 * Completes the security context of the containers of a patch. A privileged container gets neither the escalation that the
 * suite forbids, which the API server would refuse, nor the capabilities of the suite, which it has anyway.
 *
 * @param patch spec of the patch, which tells capabilities that it sets from those of the suite
 */
export function closedContainers(spec: JsonObject, patch: JsonObject): JsonObject {
  const closed = (field: string): Record<string, Json> => {
    const list = objectsIn(spec, field);
    if (list.length === 0) return {};
    const patched = objectsIn(patch, field);
    return {
      [field]: list.map(([, container]) => {
        const own = patched.find(([, item]) => textIn(item, 'name') === textIn(container, 'name'))?.[1];
        return own === undefined ? container : closedContainer(container, objectIn(own, 'securityContext'));
      }),
    };
  };
  return { ...spec, ...closed('initContainers'), ...closed('containers') };
}

/** @param own security context of the patch */
function closedContainer(container: JsonObject, own: JsonObject): JsonObject {
  if (Object.hasOwn(container, DIRECTIVE)) return container;
  const { allowPrivilegeEscalation, capabilities, ...others } = objectIn(container, 'securityContext');
  const securityContext: Record<string, Json> = { ...others };
  const escalation = own.allowPrivilegeEscalation ?? allowPrivilegeEscalation;
  if (others.privileged === true) {
    if (escalation === true) securityContext.allowPrivilegeEscalation = true;
    if (isObject(own.capabilities) && capabilities !== undefined) securityContext.capabilities = capabilities;
    return { ...container, securityContext };
  }
  // The API server refuses SYS_ADMIN in a container that forbids escalation.
  const isAdmin = textsIn(capabilities, 'add').some((name) => /^(?:CAP_)?SYS_ADMIN$/i.test(name));
  const isOwn = typeof own.allowPrivilegeEscalation === 'boolean';
  if (isOwn || !isAdmin) securityContext.allowPrivilegeEscalation = escalation ?? false;
  securityContext.capabilities = { ...objectIn(capabilities), drop: objectIn(capabilities).drop ?? ['ALL'] };
  return { ...container, securityContext };
}
