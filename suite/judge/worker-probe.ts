import type { TransferQuantity } from '../engines/engine.js';
import type { NixlQuantity } from '../engines/nixl-telemetry.js';
import type { EventCounter } from '../fabrics/common/event-counter.js';
import { type FabricSpec, fabricKindOf } from '../fabrics/registry.js';
import {
  type CounterPage,
  type NixlCounts,
  readTransferProbe,
  type TransferCounts,
  transferProbeScript,
} from './transfer-probe.js';

/** State of a Dynamo worker as a shell in its pod reads it. */
export interface WorkerProbe {
  /**
   * Counters of bytes of all its NICs, added up by name; absent when none could be read. A counter that the NICs lack is absent
   * and not 0.
   */
  readonly nicCounters?: Readonly<Record<string, number>> | undefined;
  /** Bytes in both directions, in states of earlier versions. */
  readonly nicBytes?: number | undefined;
  /**
   * Source of the counters: the RDMA devices of the pod (`efa` in states of earlier versions), or its interfaces when the fabric
   * has no others or no RDMA device could be read.
   */
  readonly nicSource?: 'devices' | 'efa' | 'interface' | undefined;
  /**
   * Event counters of its RDMA devices, by device and counter: `{ rdmap79s0: { rx_drops: 0 } }`; absent when none could be
   * read. A counter that a device lacks is absent and not 0.
   */
  readonly nicEvents?: Readonly<Record<string, Readonly<Record<string, number>>>> | undefined;
  /** NIXL back ends that its processes have loaded, such as `LIBFABRIC`; absent when they could not be read. */
  readonly kvBackends?: readonly string[] | undefined;
  /** The engine's record of its KV transfers; absent when it keeps none, or when the worker did not answer. */
  readonly transferRecord?: TransferCounts | undefined;
  /** NIXL's own counters; absent when they are off, or when NIXL's exporter did not answer. */
  readonly nixlCounts?: NixlCounts | undefined;
}

/** Parts of a worker that only some engines and fabrics have. */
export interface ProbedParts {
  /** The page with the engine's record of its KV transfers; undefined when it keeps none. */
  readonly engine?: CounterPage<TransferQuantity> | undefined;
  /** The page of NIXL's exporter; undefined when it is off. */
  readonly nixl?: CounterPage<NixlQuantity> | undefined;
  /** The fabric, whose kind names the event counters and the interfaces; undefined in runs of earlier versions. */
  readonly fabric?: FabricSpec | undefined;
}

/** Interface of a pod whose fabric has no interfaces. */
const DEFAULT_INTERFACE = 'eth0';

/**
 * Returns the shell script whose output `readWorkerProbe` parses. Each NIXL back end is a plug-in, a library that is named
 * after it. It reads no RDMA device on a fabric of interfaces, because the bytes pass those alone.
 *
 * @param root folder that holds `/sys`, `/host/sys`, `/dev` and `/proc`; default: the root of the pod
 */
export function workerProbeScript({ engine, nixl, fabric }: ProbedParts, root = ''): string {
  const kind = fabric && fabricKindOf(fabric);
  return `count() {
  for f in "$@"; do
    read -r value < "$f" && echo "$source \${f##*/} $value"
  done 2> /dev/null
}
seen=
${kind?.deviceClass === 'net' ? '' : devicesScript(root, kind?.events ?? [])}source=interface
[ -n "$seen" ] || count ${statisticsOf(fabric, root).join(' ')}
cat ${root}/proc/[0-9]*/maps 2> /dev/null | sed -n 's/.*libplugin_\\([A-Za-z0-9_]*\\)\\.so.*/plugin \\1/p' | sort -u
${engine ? transferProbeScript(engine) : ''}${nixl ? transferProbeScript(nixl) : ''}`;
}

/**
 * Returns the part of the script that reads the RDMA devices of the pod, and sets `seen` when one of them has counters of bytes.
 * The kernel shows the counters of an RDMA device only in the network namespace of the node, so the script reads the node's
 * `/sys`, which also has the devices of other pods. The devices of this pod are those whose uverbs device file it has; the
 * pod's own `/sys` can show the devices of the node, too, so a pod without such a file has none.
 */
function devicesScript(root: string, events: readonly EventCounter[]): string {
  return `own() {
  set -- "$1" ${root}/dev/infiniband/uverbs*
  [ -e "$2" ] || [ ! -d ${root}/dev ] || return 1
  [ -e "$2" ] || return 0
  name=\${1##*/}
  shift
  for node in "$@"; do
    for sysfs in ${root}/host/sys ${root}/sys; do
      ibdev=$(cat "$sysfs/class/infiniband_verbs/\${node##*/}/ibdev" 2> /dev/null)
      [ "$ibdev" != "$name" ] || return 0
    done
  done
  for verbs in "$device"/device/infiniband_verbs/uverbs*; do
    [ ! -e "${root}/dev/infiniband/\${verbs##*/}" ] || return 0
  done
  return 1
}
events() {
  for folder in "$@"; do
    for counter in ${events.map(({ counter }) => counter).join(' ')}; do
      count "$folder/$counter"
    done
  done
}
sysfs=${root}/host/sys
[ -d "$sysfs/class/infiniband" ] || sysfs=${root}/sys
for device in "$sysfs"/class/infiniband/*; do
  own "$device" || continue
  source=devices
  found=$(for port in "$device"/ports/*; do
    count "$port"/counters/port_xmit_data "$port"/counters/port_rcv_data "$port"/hw_counters/*_bytes* "$port"/hw_counters/*Octets
  done)
  [ -n "$found" ] || found=$(count "$device"/hw_counters/*_bytes* "$device"/hw_counters/*Octets)
  [ -z "$found" ] || { seen=yes; echo "$found"; }
  set -- "$device"/ports/*
  for port in "$@"; do
    source="event \${device##*/}"
    [ $# -eq 1 ] || source="$source:\${port##*/}"
    found=$(events "$port"/counters "$port"/hw_counters)
    [ -n "$found" ] || found=$(events "$device"/hw_counters)
    [ -z "$found" ] || echo "$found"
  done
done
`;
}

/** Returns the files with the bytes of the interfaces of the fabric, or of the pod's own when the fabric has none. */
function statisticsOf(fabric: FabricSpec | undefined, root: string): string[] {
  const ofFabric = fabric ? [fabricKindOf(fabric).interfaces(fabric)].flat().filter((name) => name !== '') : [];
  return (ofFabric.length > 0 ? ofFabric : [DEFAULT_INTERFACE]).flatMap((name) =>
    ['rx_bytes', 'tx_bytes'].map((counter) => `${root}/sys/class/net/${name}/statistics/${counter}`),
  );
}

/** Parses the output of the script; other lines, such as a shell's warnings, are ignored. */
export function readWorkerProbe(output: string, { engine, nixl }: ProbedParts = {}): WorkerProbe {
  const kvBackends = [...output.matchAll(/^plugin (\w+)$/gm)].map(([, name = '']) => name);
  const nicCounters: Record<string, number> = {};
  let nicSource: 'devices' | 'interface' | undefined;
  for (const [, source, name = '', value] of output.matchAll(/^(devices|interface) (\w{1,60}) (\d{1,20})$/gm)) {
    nicSource = source === 'devices' ? 'devices' : 'interface';
    nicCounters[name] = (nicCounters[name] ?? 0) + Number(value);
  }
  const nicEvents = readEvents(output);
  const transferRecord = engine && readTransferProbe(output, engine);
  const nixlCounts = nixl && readTransferProbe(output, nixl);
  return {
    ...(nicSource === undefined ? {} : { nicCounters, nicSource }),
    ...(Object.keys(nicEvents).length === 0 ? {} : { nicEvents }),
    ...(kvBackends.length === 0 ? {} : { kvBackends }),
    ...(transferRecord ? { transferRecord } : {}),
    ...(nixlCounts ? { nixlCounts } : {}),
  };
}

function readEvents(output: string): NonNullable<WorkerProbe['nicEvents']> {
  const byDevice = new Map<string, Record<string, number>>();
  for (const [, device = '', name = '', value] of output.matchAll(/^event ([\w.:-]{1,60}) (\w{1,60}) (\d{1,20})$/gm)) {
    byDevice.set(device, { ...byDevice.get(device), [name]: Number(value) });
  }
  return Object.fromEntries(byDevice);
}
