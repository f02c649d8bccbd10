/** What can be seen inside the pod of a Dynamo worker, by a shell alone. */
export interface WorkerSight {
  /** Bytes that its NICs have sent and received: EFA devices, else the pod's interface. */
  readonly nicBytes?: number | undefined;
  /** NIXL back ends that its processes have loaded, such as `LIBFABRIC`; absent when nobody could look. */
  readonly kvBackends?: readonly string[] | undefined;
}

/**
 * Shell script whose output `readWorkerSight` reads. NIXL's back ends are plugins: libraries that are named after them.
 *
 * @param root in front of `/sys` and `/proc`
 */
export function workerSightScript(root = ''): string {
  return `total=0
for f in ${root}/sys/class/infiniband/*/ports/1/hw_counters/*_bytes; do
  [ -r "$f" ] && total=$((total + $(cat "$f"))) && efa=yes
done
if [ -z "$efa" ]; then
  for f in ${root}/sys/class/net/eth0/statistics/rx_bytes ${root}/sys/class/net/eth0/statistics/tx_bytes; do
    [ -r "$f" ] && total=$((total + $(cat "$f"))) && net=yes
  done
fi
[ -n "$efa$net" ] && echo "bytes $total"
cat ${root}/proc/[0-9]*/maps 2> /dev/null | sed -n 's/.*libplugin_\\([A-Za-z0-9_]*\\)\\.so.*/plugin \\1/p' | sort -u
`;
}

/** What the script printed; other lines, such as a shell's warnings, say nothing. */
export function readWorkerSight(output: string): WorkerSight {
  const words = (kind: string) =>
    [...output.matchAll(new RegExp(`^${kind} (\\w+)$`, 'gm'))].map(([, word = '']) => word);
  const [bytes] = words('bytes');
  const kvBackends = words('plugin');
  return {
    ...(bytes === undefined ? {} : { nicBytes: Number(bytes) }),
    ...(kvBackends.length === 0 ? {} : { kvBackends }),
  };
}
