import type { Container } from '../kubernetes/objects.js';

const VOLUME = 'node-sysfs';

interface Mounting {
  readonly name: string;
}

/**
 * Shows the node's `/sys` in a container at `/host/sys`, read-only, when the container is given EFA devices: their
 * counters are not in the `/sys` of a pod with a network namespace of its own.
 */
export function showNodeSysfs(spec: { [field: string]: unknown }, container: Container, efaDevices: number): void {
  const others = (list: unknown) => ((list ?? []) as Mounting[]).filter(({ name }) => name !== VOLUME);
  const wanted = efaDevices > 0;
  container.volumeMounts = [
    ...others(container.volumeMounts),
    ...(wanted ? [{ name: VOLUME, mountPath: '/host/sys', readOnly: true }] : []),
  ];
  spec.volumes = [
    ...others(spec.volumes),
    ...(wanted ? [{ name: VOLUME, hostPath: { path: '/sys', type: 'Directory' } }] : []),
  ];
}
