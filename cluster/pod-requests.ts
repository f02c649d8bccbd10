import type { Container, Pod } from '../kubernetes/client/objects.js';
import { parseKubernetesQuantity } from '../suite/units/units.js';

/** Amounts by resource, in bytes, CPUs and counts. */
export type Amounts = Record<string, number>;

/** Resources that a request of the whole pod can name (Kubernetes, "Pod-level resource specification"). */
const POD_LEVEL = /^(?:cpu|memory|hugepages-.+)$/;

/** Parts of a container's status that a resize in place changes. The published types lack them. */
interface ResizedContainer {
  readonly name: string;
  readonly allocatedResources?: Quantities;
  readonly resources?: { readonly requests?: Quantities };
}

type Quantities = Readonly<Record<string, string | number>>;

/** Parts of a pod's spec that the published types lack. */
interface PodLevelSpec {
  readonly resources?: { readonly requests?: Quantities; readonly limits?: Quantities };
}

/**
 * Returns the requests of a pod for each resource, as the scheduler counts them (Kubernetes,
 * component-helpers/resource): the containers and the sidecars (init containers with `restartPolicy: Always`) together; or the
 * largest init container with the sidecars that run before it, if that is more. A request of the whole pod replaces the sum for
 * CPU, memory and huge pages, and the overhead of the runtime class is added. A limit is the default of a request.
 */
export function podRequests(pod: Pod): Amounts {
  const resized = new Map(resizedContainers(pod).map((status) => [status.name, status]));
  const infeasible = isResizeInfeasible(pod);
  const requestsOf = (container: Container) => containerRequests(container, resized.get(container.name), infeasible);

  const total = sumOf(pod.spec.containers.map(requestsOf));
  let sidecars: Amounts = {};
  let starting: Amounts = {};
  for (const container of pod.spec.initContainers ?? []) {
    const requests = requestsOf(container);
    if (isSidecar(container)) sidecars = sumOf([sidecars, requests]);
    starting = largestOf([starting, isSidecar(container) ? sidecars : sumOf([sidecars, requests])]);
  }
  const containers = largestOf([sumOf([total, sidecars]), starting]);
  return sumOf([{ ...containers, ...podLevelRequests(pod, containers) }, quantities(pod.spec.overhead)]);
}

/** Returns true for an init container that keeps running beside the containers (Kubernetes, "Sidecar Containers"). */
function isSidecar(container: Container): boolean {
  return (container as { restartPolicy?: string }).restartPolicy === 'Always';
}

/**
 * Returns the requests of a container. While a resize is under way, both the former and the new amounts count; an infeasible one
 * leaves the former.
 */
function containerRequests(
  { resources }: Container,
  status: ResizedContainer | undefined,
  infeasible: boolean,
): Amounts {
  const requested = quantities({ ...resources?.limits, ...resources?.requests });
  if (!status?.allocatedResources && !status?.resources?.requests) return requested;
  const running = largestOf([quantities(status.allocatedResources), quantities(status.resources?.requests)]);
  return infeasible ? { ...requested, ...running } : largestOf([requested, running]);
}

function resizedContainers({ status }: Pod): readonly ResizedContainer[] {
  return [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])] as ResizedContainer[];
}

/** Returns true when the node cannot give a pod the resources to which it should be resized. */
function isResizeInfeasible({ status }: Pod): boolean {
  const pending = status?.conditions?.find(({ type }) => type === 'PodResizePending');
  return pending?.reason === 'Infeasible' || (status as { resize?: string } | undefined)?.resize === 'Infeasible';
}

/**
 * Returns the requests of the whole pod. A limit is the default only of a resource that no container requests, as the API server
 * sets it.
 */
function podLevelRequests({ spec }: Pod, ofContainers: Amounts): Amounts {
  const { requests, limits } = (spec as PodLevelSpec).resources ?? {};
  const amounts = { ...quantities(limits), ...onlyNamed(ofContainers, limits), ...quantities(requests) };
  return Object.fromEntries(Object.entries(amounts).filter(([resource]) => POD_LEVEL.test(resource)));
}

function onlyNamed(amounts: Amounts, names: Quantities = {}): Amounts {
  return Object.fromEntries(Object.entries(amounts).filter(([resource]) => Object.hasOwn(names, resource)));
}

function sumOf(all: readonly Amounts[]): Amounts {
  return combined(all, (a, b) => a + b);
}

function largestOf(all: readonly Amounts[]): Amounts {
  return combined(all, Math.max);
}

function combined(all: readonly Amounts[], combine: (a: number, b: number) => number): Amounts {
  const result: Amounts = {};
  for (const amounts of all) {
    for (const [resource, amount] of Object.entries(amounts)) {
      result[resource] = combine(result[resource] ?? 0, amount);
    }
  }
  return result;
}

/** Parses quantities such as `{ memory: '16Gi' }`. */
export function quantities(list: Quantities = {}): Amounts {
  return Object.fromEntries(
    Object.entries(list).map(([resource, amount]) => [resource, parseKubernetesQuantity(amount)]),
  );
}
