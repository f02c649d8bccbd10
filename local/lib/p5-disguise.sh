# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the files that are sourced with this one
# Shows the kubelet the hardware of a p5.48xlarge, so that the pods of the real manifests, which request whole machines,
# are scheduled as on EKS. Containers do not see it, because they get their own /proc and /sys.

P5_CPUS=192
P5_MEMORY_KIB=$((2 * 1024 * 1024 * 1024))
# Number of huge pages that Amazon's EFA installer reserves.
P5_HUGE_PAGES_2MIB=5128
# The network-node layers are those of two machines under the same lowest switch.
P5_LABELS=node.kubernetes.io/instance-type=p5.48xlarge,topology.kubernetes.io/region=us-east-1,topology.kubernetes.io/zone=us-east-1a,topology.k8s.aws/network-node-layer-1=nn-box-1,topology.k8s.aws/network-node-layer-2=nn-box-2,topology.k8s.aws/network-node-layer-3=nn-box-3

disguise_as_p5() { # FOLDER
  local new=$1 cpu
  local node=$new/node/node0 huge=hugepages/hugepages-2048kB
  mkdir -p "$node/$huge" "$new/$huge"
  local cores=()
  for ((cpu = 0; cpu < P5_CPUS; cpu++)); do cores+=("$new/cpu/cpu$cpu/topology"); done
  mkdir -p "${cores[@]}"
  for ((cpu = 0; cpu < P5_CPUS; cpu++)); do
    # Two threads per core, numbered as on Intel CPUs: all first threads, then all second threads.
    echo $((cpu % (P5_CPUS / 2))) >"$new/cpu/cpu$cpu/topology/core_id"
    echo 0 >"$new/cpu/cpu$cpu/topology/physical_package_id"
  done
  (cd "$node" && eval "ln -s ../../cpu/cpu{0..$((P5_CPUS - 1))} .")
  echo "0-$((P5_CPUS - 1))" | tee "$new/cpu/online" >"$node/cpulist"
  echo 0 >"$new/node/online"
  echo 10 >"$node/distance"
  echo "Node 0 MemTotal: $P5_MEMORY_KIB kB" >"$node/meminfo"
  echo "$P5_HUGE_PAGES_2MIB" | tee "$node/$huge/nr_hugepages" >"$new/$huge/nr_hugepages"
  sed -E "s/^(MemTotal|MemFree|MemAvailable):.*/\1: $P5_MEMORY_KIB kB/" /proc/meminfo >"$new/meminfo"

  mount --bind "$new/cpu" /sys/devices/system/cpu
  mount --bind "$new/node" /sys/devices/system/node
  mount --bind "$new/meminfo" /proc/meminfo
  # A kernel without huge pages does not have this folder, and the kubelet then does not read it.
  [ ! -d /sys/kernel/mm/hugepages ] || mount --bind "$new/hugepages" /sys/kernel/mm/hugepages
}
