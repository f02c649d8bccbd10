import { containersOf } from './containers.js';
import { isObject, type JsonObject } from './patch.js';
import { objectIn, objectsIn, textIn, textsIn } from './read-json.js';

/**
 * A privilege that a pod asks for beyond those that every pod of the suite has (the capability IPC_LOCK, and `/sys/class` and
 * `/sys/devices` of its node, read-only). The names are those that ALLOWED_PRIVILEGES of a worker lists.
 */
export interface Privilege {
  /** `privileged`, `capability:SYS_PTRACE`, `hostPath:/dev`, `volume:persistentVolumeClaim`, … */
  readonly name: string;
  /** Path of the field below the spec of the pod. */
  readonly path: string;
}

/** Capability of every rank and worker: RDMA memory is locked. */
const OWN_CAPABILITY = 'IPC_LOCK';
/** Folders of the node that ranks and workers read. */
const OWN_FOLDERS: ReadonlySet<string> = new Set(['/sys/class', '/sys/devices']);
/** Types of volumes that hold only what the namespace has. */
const OWN_VOLUMES: ReadonlySet<string> = new Set([
  'configMap',
  'downwardAPI',
  'emptyDir',
  'hostPath',
  'image',
  'projected',
  'secret',
]);
/** Sources of a projected volume that hold no credentials of an account. Secrets have a list of their own. */
const PLAIN_SOURCES: ReadonlySet<string> = new Set(['configMap', 'downwardAPI', 'secret', 'clusterTrustBundle']);

/**
 * Lists the privileges that the spec of a pod asks for: what the baseline of the Pod Security Standards forbids (host
 * namespaces, privileged containers, capabilities, host paths and ports, hosts of probes, AppArmor, SELinux, /proc, sysctls),
 * privilege escalation, tokens, and volumes from outside the namespace. Only what the spec says counts: `applyPodPatch` completes
 * what a patch leaves open. The seccomp profile does not count, because ranks run without one.
 */
export function privilegesOf(spec: unknown): Privilege[] {
  const writable = writableVolumes(spec);
  return [
    ...['hostNetwork', 'hostPID', 'hostIPC'].flatMap((field) => when(objectIn(spec)[field] === true, field, field)),
    ...securityPrivileges(objectIn(spec, 'securityContext'), 'securityContext'),
    ...objectsIn(objectIn(spec, 'securityContext'), 'sysctls').map(([at, item]) => {
      return { name: `sysctl:${textIn(item, 'name') ?? ''}`, path: `securityContext.sysctls[${at}]` };
    }),
    ...containersOf(spec).flatMap(({ path, container }) => containerPrivileges(container, path)),
    ...objectsIn(spec, 'volumes').flatMap(([at, volume]) => volumePrivileges(volume, `volumes[${at}]`, writable)),
  ];
}

/** Annotation before `appArmorProfile`, which API servers still read (Kubernetes, "Pod Security Standards", baseline). */
const APP_ARMOR = /^container\.apparmor\.security\.beta\.kubernetes\.io\//;

/**
 * Lists the privileges that the metadata of a pod asks for, by annotations.
 *
 * @returns paths below the metadata
 */
export function privilegesOfMetadata(metadata: unknown): Privilege[] {
  return Object.entries(objectIn(metadata, 'annotations')).flatMap(([key, value]) =>
    when(APP_ARMOR.test(key) && value === 'unconfined', 'appArmor:Unconfined', `annotations.${key}`),
  );
}

function when(condition: boolean, name: string, path: string): Privilege[] {
  return condition ? [{ name, path }] : [];
}

function containerPrivileges(container: JsonObject, path: string): Privilege[] {
  const security = objectIn(container, 'securityContext');
  const place = `${path}.securityContext`;
  const { allowPrivilegeEscalation, privileged, procMount } = security;
  return [
    ...(privileged === true
      ? [{ name: 'privileged', path: `${place}.privileged` }]
      : [
          ...when(allowPrivilegeEscalation === true, 'escalation', `${place}.allowPrivilegeEscalation`),
          ...capabilityPrivileges(security, `${place}.capabilities`),
        ]),
    ...when(procMount !== undefined && procMount !== 'Default', `procMount:${String(procMount)}`, `${place}.procMount`),
    ...securityPrivileges(security, place),
    ...when(objectsIn(container, 'volumeDevices').length > 0, 'blockDevice', `${path}.volumeDevices`),
    ...objectsIn(container, 'ports').flatMap(([at, { hostPort }]) =>
      when(typeof hostPort === 'number' && hostPort !== 0, 'hostPort', `${path}.ports[${at}].hostPort`),
    ),
    ...HANDLERS.flatMap((steps) => {
      const handler = objectIn(container, ...steps);
      const host = textIn(objectIn(handler, 'httpGet'), 'host') ?? textIn(objectIn(handler, 'tcpSocket'), 'host');
      return when(host !== undefined && host !== '', 'probeHost', `${path}.${steps.join('.')}`);
    }),
  ];
}

/** Places of what the kubelet calls in a container, and could call elsewhere. */
const HANDLERS = [
  ['livenessProbe'],
  ['readinessProbe'],
  ['startupProbe'],
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
];

function capabilityPrivileges(security: JsonObject, path: string): Privilege[] {
  const capabilities = objectIn(security, 'capabilities');
  const dropsAll = !Array.isArray(capabilities.drop) || dropsEverything(capabilities);
  return [
    ...when(!dropsAll, 'capability:default', `${path}.drop`),
    ...textsIn(capabilities, 'add')
      .map(capabilityName)
      .filter((name) => name !== OWN_CAPABILITY)
      .map((name) => ({ name: `capability:${name}`, path: `${path}.add` })),
  ];
}

function securityPrivileges(security: JsonObject, path: string): Privilege[] {
  const profile = textIn(objectIn(security, 'appArmorProfile'), 'type');
  return [
    ...when(profile === 'Unconfined', 'appArmor:Unconfined', `${path}.appArmorProfile`),
    ...when(isObject(security.seLinuxOptions), 'seLinux', `${path}.seLinuxOptions`),
    ...when(isObject(security.windowsOptions), 'windowsOptions', `${path}.windowsOptions`),
  ];
}

function volumePrivileges(volume: JsonObject, path: string, writable: ReadonlySet<string>): Privilege[] {
  const folder = textIn(objectIn(volume, 'hostPath'), 'path');
  const isOwn = folder !== undefined && OWN_FOLDERS.has(folder) && !writable.has(textIn(volume, 'name') ?? '');
  const types = Object.keys(volume).filter((field) => field !== 'name' && !field.startsWith('$'));
  return [
    ...when('hostPath' in volume && !isOwn, `hostPath:${folder ?? ''}`, `${path}.hostPath`),
    ...types
      .filter((type) => !OWN_VOLUMES.has(type))
      .map((type) => ({ name: `volume:${type}`, path: `${path}.${type}` })),
    ...objectsIn(objectIn(volume, 'projected'), 'sources').flatMap(([at, source]) =>
      Object.keys(source)
        .filter((type) => !PLAIN_SOURCES.has(type))
        .map((type) => ({ name: `volume:${type}`, path: `${path}.projected.sources[${at}]` })),
    ),
  ];
}

/** Returns the volumes that a container mounts and can write. */
function writableVolumes(spec: unknown): ReadonlySet<string> {
  const mounts = containersOf(spec).flatMap(({ container }) => objectsIn(container, 'volumeMounts'));
  return new Set(mounts.flatMap(([, mount]) => (mount.readOnly === true ? [] : [textIn(mount, 'name') ?? ''])));
}

/** Returns a capability without the prefix that some runtimes accept: `CAP_SYS_ADMIN` is `SYS_ADMIN`. */
function capabilityName(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, '');
}

/**
 * Names the privilege with which a container ran, for the record: `privileged`, its capabilities (`IPC_LOCK`), or `none`. It
 * decides whether RDMA memory of a GPU can be registered, about which the documents of NVIDIA and AWS differ.
 */
export function privilegeOf(container: unknown): string {
  const security = objectIn(container, 'securityContext');
  if (security.privileged === true) return 'privileged';
  const capabilities = objectIn(security, 'capabilities');
  const added = [...new Set(textsIn(capabilities, 'add').map(capabilityName))].sort();
  return [...(dropsEverything(capabilities) ? [] : ['default capabilities']), ...added].join(', ') || 'none';
}

function dropsEverything(capabilities: JsonObject): boolean {
  return textsIn(capabilities, 'drop').some((name) => name.toUpperCase() === 'ALL');
}
