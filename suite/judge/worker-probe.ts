/** State of a Dynamo worker as a shell in its pod reads it. */
export interface WorkerProbe {
  /** Bytes that its NICs have sent and received since they were set up. */
  readonly nicBytes?: number | undefined;
  /** Source of the bytes: the EFA devices of the pod, or its interface when no EFA device could be read. */
  readonly nicSource?: 'efa' | 'interface' | undefined;
  /** NIXL back ends that its processes have loaded, such as `LIBFABRIC`; absent when they could not be read. */
  readonly kvBackends?: readonly string[] | undefined;
}

/**
 * Returns the shell script whose output `readWorkerProbe` parses. Each NIXL back end is a plug-in, a library that is named
 * after it.
 * The kernel shows the counters of an EFA device only in the network namespace of the node, so the script reads the node's
 * `/sys`, which also has the devices of other pods. The devices of this pod are those whose uverbs device file it has.
 *
 * @param root folder that holds `/sys`, `/host/sys`, `/dev` and `/proc`; default: the root of the pod
 */
export function workerProbeScript(root = ''): string {
  return `own() {
  set -- "$1" ${root}/dev/infiniband/uverbs*
  [ -e "$2" ] || return 0
  for verbs in "$1"/device/infiniband_verbs/uverbs*; do
    [ ! -e "${root}/dev/infiniband/\${verbs##*/}" ] || return 0
  done
  return 1
}
total=0
source=
sysfs=${root}/host/sys
[ -d "$sysfs/class/infiniband" ] || sysfs=${root}/sys
for device in "$sysfs"/class/infiniband/*; do
  own "$device" || continue
  for f in "$device"/ports/1/hw_counters/*_bytes; do
    [ -r "$f" ] && total=$((total + $(cat "$f"))) && source=efa
  done
done
if [ -z "$source" ]; then
  for f in ${root}/sys/class/net/eth0/statistics/rx_bytes ${root}/sys/class/net/eth0/statistics/tx_bytes; do
    [ -r "$f" ] && total=$((total + $(cat "$f"))) && source=interface
  done
fi
[ -n "$source" ] && echo "$source $total"
cat ${root}/proc/[0-9]*/maps 2> /dev/null | sed -n 's/.*libplugin_\\([A-Za-z0-9_]*\\)\\.so.*/plugin \\1/p' | sort -u
`;
}

/** Parses the output of the script; other lines, such as a shell's warnings, are ignored. */
export function readWorkerProbe(output: string): WorkerProbe {
  const kvBackends = [...output.matchAll(/^plugin (\w+)$/gm)].map(([, name = '']) => name);
  const [, nicSource, nicBytes] = /^(efa|interface) (\d+)$/m.exec(output) ?? [];
  return {
    ...(nicSource === undefined ? {} : { nicBytes: Number(nicBytes), nicSource: nicSource as 'efa' | 'interface' }),
    ...(kvBackends.length === 0 ? {} : { kvBackends }),
  };
}
