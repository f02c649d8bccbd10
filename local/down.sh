#!/usr/bin/env bash
# Stops the box and removes its files from this machine.
#
#   local/down.sh [--cache]
#
# The cache stays, so that the next start is quick. With --cache it is removed as well.
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
  # The machine has at most one box; with another DYNAMO_BENCH_STATE it belongs to another user or checkout.
  if bridge_is_ours; then
    remove_network
    for number in "${ALL_NODE_NUMBERS[@]}"; do remove_node_cgroups "gpu-$number"; done
    remove_node_disks
    remove_mount_points
  fi
  rm -rf "$STATE" "$CACHE/build"
  say "removed the box"
}

if [ -d "$STATE" ]; then
  mkdir -p "$CACHE"
  take_lock
  end_box
else
  say "the box is not running"
fi

if [ "$with_cache" = yes ]; then
  rm -rf "$CACHE"
  say "removed the cache: $CACHE"
fi
