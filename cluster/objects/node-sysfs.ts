import type { Container, PodSpec } from '../../kubernetes/client/objects.js';

/**
 * Parts of the node's `/sys` to mount: the classes, and the devices to which their links lead. Do not mount all of
 * `/sys`: a read-only mount leaves the file systems below it (cgroup, debugfs, bpf) writable.
 */
const SHOWN: readonly { readonly name: string; readonly folder: string }[] = [
  { name: 'node-sysfs-class', folder: '/sys/class' },
  { name: 'node-sysfs-devices', folder: '/sys/devices' },
];

/**
 * Mounts the node's devices read-only below `/host/sys` of a container that has network devices, because the `/sys` of a
 * pod with its own network namespace does not contain the counters of these devices.
 */
export function showNodeSysfs(spec: PodSpec, container: Container, nics: number): void {
  const others = <Item extends { name: string }>(list: readonly Item[] = []) =>
    list.filter(({ name }) => SHOWN.every((shown) => shown.name !== name));
  const wanted = nics > 0 ? SHOWN : [];
  container.volumeMounts = [
    ...others(container.volumeMounts),
    ...wanted.map(({ name, folder }) => ({ name, mountPath: `/host${folder}`, readOnly: true })),
  ];
  spec.volumes = [
    ...others(spec.volumes),
    ...wanted.map(({ name, folder }) => ({ name, hostPath: { path: folder, type: 'Directory' } })),
  ];
}
