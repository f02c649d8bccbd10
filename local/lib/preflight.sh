# shellcheck shell=bash
# Checks whether this machine can run the box, before any change. If it cannot, names the alternative.

no_box_here() {
  fail "The local cluster cannot run here: $1.
Use the cluster of kubectl's current context instead: make demo CLUSTER=current"
}

check_machine_for_kubernetes() {
  [ "$(uname -s)" = Linux ] || no_box_here "it needs Linux, and this is $(uname -s)"
  [ "$(uname -m)" = x86_64 ] || no_box_here "it needs an x86_64 machine, and this is $(uname -m)"
  [ "$(id -u)" = 0 ] || no_box_here "only root can create the namespaces of its nodes (run: sudo make up)"
  local memory_gib
  memory_gib=$(awk '/^MemTotal:/ {print int($2 / 1048576)}' /proc/meminfo)
  [ "$memory_gib" -ge 5 ] || no_box_here "it needs 6 GiB of memory, and this machine has $memory_gib GiB"
  unshare --net --mount --pid --fork true 2>/dev/null || no_box_here "root is not permitted to create namespaces (in a container, run it with --privileged)"
}

check_machine_for_temporal() {
  case $(uname -s)/$(uname -m) in
    Linux/x86_64) ;;
    *) fail "Temporal's program can be installed only on x86_64 Linux. Start a Temporal server yourself and pass its address: TEMPORAL_ADDRESS=host:7233" ;;
  esac
}

check_disk_for_build() {
  local free_gib
  free_gib=$(($(df --output=avail -k "$CACHE" | tail -n 1) / 1048576))
  [ "$free_gib" -ge 7 ] || no_box_here "building Kubernetes temporarily needs 7 GB in $CACHE, but $free_gib GB are free (set DYNAMO_BENCH_CACHE to another folder)"
}

check_addresses() {
  if ip -4 -o address show | grep -v " $BRIDGE " | grep -qE 'inet 10\.(77\.0|78\.[0-9]+)\.'; then
    no_box_here "it needs the addresses 10.77.0.0/24 and 10.78.0.0/16, but an interface of this machine uses one of them (see: ip address)"
  fi
}
