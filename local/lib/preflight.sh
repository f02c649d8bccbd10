# shellcheck shell=bash
# Says before anything is changed that this machine cannot carry the box, and what to do instead.

no_box_here() {
  fail "The local cluster cannot run here: $1.
Use a cluster of your own instead, the one that kubectl talks to now: make demo CLUSTER=current"
}

check_machine_for_kubernetes() {
  [ "$(uname -s)" = Linux ] || no_box_here "it needs Linux, and this is $(uname -s)"
  [ "$(uname -m)" = x86_64 ] || no_box_here "it needs an x86_64 machine, and this is $(uname -m)"
  [ "$(id -u)" = 0 ] || no_box_here "its nodes have network, mount and pid namespaces of their own, which only root may make (sudo make up)"
  local memory_gib
  memory_gib=$(awk '/^MemTotal:/ {print int($2 / 1048576)}' /proc/meminfo)
  [ "$memory_gib" -ge 5 ] || no_box_here "it needs 6 GiB of memory, and this machine has $memory_gib"
  unshare --net --mount --pid --fork true 2>/dev/null || no_box_here "this root may not make namespaces (a container without privileges?)"
}

check_machine_for_temporal() {
  case $(uname -s)/$(uname -m) in
    Linux/x86_64) ;;
    *) fail "Temporal's program is installed for x86_64 Linux only. Start a server of your own, and give its address: TEMPORAL_ADDRESS=host:7233" ;;
  esac
}

check_disk_for_build() {
  local free_gib
  free_gib=$(($(df --output=avail -k "$CACHE" | tail -n 1) / 1048576))
  [ "$free_gib" -ge 7 ] || no_box_here "building Kubernetes takes 7 GB in $CACHE for a while, and $free_gib are free (DYNAMO_BENCH_CACHE moves it)"
}

check_addresses() {
  if ip -4 -o address show | grep -v " $BRIDGE " | grep -qE 'inet 10\.(77\.0|78\.[0-9]+)\.'; then
    no_box_here "it needs the addresses 10.77.0.0/24 and 10.78.0.0/16, and something here has one of them already (see: ip address)"
  fi
}
