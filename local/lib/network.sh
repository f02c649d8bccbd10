# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the files that are sourced with this one
# Creates the network of the box: one bridge on this machine, and one link from it to each node, shaped to a declared
# rate at both ends. The commands are idempotent, so they also repair a damaged network.
#
#   10.77.0.1      this machine on the bridge: API server and cluster DNS
#   10.77.0.1N     node N
#   10.78.N.0/24   pods of node N

BRIDGE=dynbench0
BRIDGE_ADDRESS=10.77.0.1
POD_NETWORK=10.78.0.0/16
SERVICE_NETWORK=10.96.0.0/16

# Two nodes are what a suite needs; further ones are for several suites at once. Nodes that the box has stay until it ends.
MAX_NODES=4
ALL_NODE_NUMBERS=($(seq "$MAX_NODES"))
NODE_COUNT=${DYNAMO_BENCH_NODES:-2}
case $NODE_COUNT in
  [2-$MAX_NODES]) ;;
  *) fail "DYNAMO_BENCH_NODES=$NODE_COUNT is not a number of nodes from 2 to $MAX_NODES." ;;
esac
for number in "${ALL_NODE_NUMBERS[@]}"; do
  if [ "$number" -gt "$NODE_COUNT" ] && [ -d "$STATE/nodes/gpu-$number" ]; then NODE_COUNT=$number; fi
done
NODE_NUMBERS=($(seq "$NODE_COUNT"))

# Rate of each link. It is the known ceiling of results, so it must not depend on the speed of the machine.
LINK_RATE=${DYNAMO_BENCH_LINK_RATE:-200mbit}

node_address() { echo "10.77.0.$((10 + $1))"; }
node_pods() { echo "10.78.$1.0/24"; }
node_link() { echo "dynbench-gpu-$1"; }

# Prints the state folder of the box that owns the bridge. A machine can have only one box, because the addresses are
# fixed.
bridge_owner() { cat "/sys/class/net/$BRIDGE/ifalias" 2>/dev/null || true; }

bridge_is_ours() {
  local owner
  owner=$(bridge_owner)
  # A bridge without an owner is the leftover of a script that was killed.
  [ -z "$owner" ] || [ "$owner" = "$STATE" ]
}

ensure_bridge() {
  bridge_is_ours || fail "Another local cluster is running on this machine, with DYNAMO_BENCH_STATE=$(bridge_owner). Stop it first: DYNAMO_BENCH_STATE=$(bridge_owner) make down"
  if ! ip link show "$BRIDGE" >/dev/null 2>&1; then
    check_addresses
    ip link add "$BRIDGE" type bridge
  fi
  ip link set "$BRIDGE" alias "$STATE"
  ip address replace "$BRIDGE_ADDRESS/24" dev "$BRIDGE"
  ip link set "$BRIDGE" up
}

# attach_node NUMBER PID: connects a node to the bridge. PID is a process in the node's network namespace. The namespace
# has no name and no file, so that it ends with its last process and removes the link.
attach_node() {
  local number=$1 inside=(nsenter --target "$2" --net --) link other
  link=$(node_link "$number")
  if ! ip link show "$link" >/dev/null 2>&1; then
    ip link add "$link" type veth peer name eth0 netns "$2"
  fi
  ip link set "$link" master "$BRIDGE" up
  ip route replace "$(node_pods "$number")" via "$(node_address "$number")"
  "${inside[@]}" sysctl -qw net.ipv4.ip_forward=1
  "${inside[@]}" ip link set lo up
  "${inside[@]}" ip address replace "$(node_address "$number")/24" dev eth0
  "${inside[@]}" ip link set eth0 up
  shape_link "$number" "$2"
  for other in "${NODE_NUMBERS[@]}"; do
    [ "$other" = "$number" ] || "${inside[@]}" ip route replace "$(node_pods "$other")" via "$(node_address "$other")"
  done
  # Comes last, because node-main.sh waits for the default route.
  "${inside[@]}" ip route replace default via "$BRIDGE_ADDRESS"
}

shape_link() { # NUMBER PID
  local shape=(root tbf rate "$LINK_RATE" burst 1mb latency 200ms)
  {
    tc qdisc replace dev "$(node_link "$1")" "${shape[@]}" &&
      nsenter --target "$2" --net -- tc qdisc replace dev eth0 "${shape[@]}"
  } || fail "DYNAMO_BENCH_LINK_RATE=$LINK_RATE is not a rate that tc understands (for example 500mbit or 1gbit)."
}

remove_network() {
  local number
  for number in "${ALL_NODE_NUMBERS[@]}"; do
    ip link delete "$(node_link "$number")" 2>/dev/null || true
  done
  ip link delete "$BRIDGE" 2>/dev/null || true
}
