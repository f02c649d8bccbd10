import type { TransferRecord } from '../engines/engine.js';
import { readTransferProbe, type TransferCounts, transferProbeScript } from './transfer-probe.js';

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
   * Source of the counters: the RDMA devices of the pod (`efa` in states of earlier versions), or its interface when no RDMA
   * device could be read.
   */
  readonly nicSource?: 'devices' | 'efa' | 'interface' | undefined;
  /** NIXL back ends that its processes have loaded, such as `LIBFABRIC`; absent when they could not be read. */
  readonly kvBackends?: readonly string[] | undefined;
  /** The engine's record of its KV transfers; absent when it keeps none, or when the worker did not answer. */
  readonly transferRecord?: TransferCounts | undefined;
}

/**
 * Returns the shell script whose output `readWorkerProbe` parses. Each NIXL back end is a plug-in, a library that is named
 * after it.
 * The kernel shows the counters of an RDMA device only in the network namespace of the node, so the script reads the node's
 * `/sys`, which also has the devices of other pods. The devices of this pod are those whose uverbs device file it has; the
 * pod's own `/sys` can show the devices of the node, too, so a pod without such a file has none.
 *
 * @param record the engine's record of its KV transfers; undefined when it keeps none
 * @param root folder that holds `/sys`, `/host/sys`, `/dev` and `/proc`; default: the root of the pod
 * @param port port of the worker that shows `/metrics`
 */
export function workerProbeScript(record?: TransferRecord, root = '', port?: number): string {
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
count() {
  for f in "$@"; do
    read -r value < "$f" && echo "$source \${f##*/} $value"
  done 2> /dev/null
}
seen=
source=devices
sysfs=${root}/host/sys
[ -d "$sysfs/class/infiniband" ] || sysfs=${root}/sys
for device in "$sysfs"/class/infiniband/*; do
  own "$device" || continue
  found=$(for port in "$device"/ports/*; do
    count "$port"/counters/port_xmit_data "$port"/counters/port_rcv_data "$port"/hw_counters/*_bytes* "$port"/hw_counters/*Octets
  done)
  [ -n "$found" ] || found=$(count "$device"/hw_counters/*_bytes* "$device"/hw_counters/*Octets)
  [ -z "$found" ] || { seen=yes; echo "$found"; }
done
source=interface
[ -n "$seen" ] || count ${root}/sys/class/net/eth0/statistics/rx_bytes ${root}/sys/class/net/eth0/statistics/tx_bytes
cat ${root}/proc/[0-9]*/maps 2> /dev/null | sed -n 's/.*libplugin_\\([A-Za-z0-9_]*\\)\\.so.*/plugin \\1/p' | sort -u
${record ? transferProbeScript(record, port) : ''}`;
}

/** Parses the output of the script; other lines, such as a shell's warnings, are ignored. */
export function readWorkerProbe(output: string, record?: TransferRecord): WorkerProbe {
  const kvBackends = [...output.matchAll(/^plugin (\w+)$/gm)].map(([, name = '']) => name);
  const nicCounters: Record<string, number> = {};
  let nicSource: 'devices' | 'interface' | undefined;
  for (const [, source, name = '', value] of output.matchAll(/^(devices|interface) (\w{1,60}) (\d{1,20})$/gm)) {
    nicSource = source === 'devices' ? 'devices' : 'interface';
    nicCounters[name] = (nicCounters[name] ?? 0) + Number(value);
  }
  const transferRecord = record && readTransferProbe(output, record);
  return {
    ...(nicSource === undefined ? {} : { nicCounters, nicSource }),
    ...(kvBackends.length === 0 ? {} : { kvBackends }),
    ...(transferRecord ? { transferRecord } : {}),
  };
}
