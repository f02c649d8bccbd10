#!/usr/bin/env bash
# Stops the box (Temporal and the local cluster) and removes its files from this machine.
#
#   local/down.sh [--cache]
#
# Keeps the cache, so that the next start is quick. With --cache, also removes the cache.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR
for file in paths log lock parts network nodes; do
  # shellcheck disable=SC1090
  source "$(dirname "${BASH_SOURCE[0]}")/lib/$file.sh"
done

case $# in
  0) with_cache=no ;;
  *) [ "$*" = --cache ] || fail "usage: local/down.sh [--cache]"; with_cache=yes ;;
esac

end_box() {
  kill_box
  # A machine has at most one box. One with another DYNAMO_BENCH_STATE belongs to another user or checkout.
  if bridge_is_ours; then
    remove_network
    for number in "${ALL_NODE_NUMBERS[@]}"; do remove_node_cgroups "gpu-$number"; done
    remove_node_disks
    remove_mount_points
  fi
  rm -rf "$STATE" "$CACHE/build"
  say "stopped Temporal and the local cluster, and removed their files"
}

if [ -d "$STATE" ]; then
  mkdir -p "$CACHE"
  take_lock
  end_box
else
  say "Temporal and the local cluster are not running"
fi

if [ "$with_cache" = yes ]; then
  rm -rf "$CACHE"
  say "removed the cache: $CACHE"
fi
