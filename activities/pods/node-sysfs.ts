import type { Container, PodSpec } from '../../kubernetes/client/objects.js';

/**
 * Parts of the node's `/sys` to mount: classes, and the devices that their links lead to. The whole of it has file systems
 * mounted below (cgroup, debugfs, bpf) that a read-only mount leaves writable.
 */
const SHOWN: readonly { readonly name: string; readonly folder: string }[] = [
  { name: 'node-sysfs-class', folder: '/sys/class' },
  { name: 'node-sysfs-devices', folder: '/sys/devices' },
];

/**
 * Mounts the node's devices in a container, read-only, below `/host/sys`, when the container is given EFA devices: their
 * counters are not in the `/sys` of a pod that has its own network namespace.
 */
export function showNodeSysfs(spec: PodSpec, container: Container, efaDevices: number): void {
  const others = <Item extends { name: string }>(list: readonly Item[] = []) =>
    list.filter(({ name }) => SHOWN.every((shown) => shown.name !== name));
  const wanted = efaDevices > 0 ? SHOWN : [];
  container.volumeMounts = [
    ...others(container.volumeMounts),
    ...wanted.map(({ name, folder }) => ({ name, mountPath: `/host${folder}`, readOnly: true })),
  ];
  spec.volumes = [
    ...others(spec.volumes),
    ...wanted.map(({ name, folder }) => ({ name, hostPath: { path: folder, type: 'Directory' } })),
  ];
}
