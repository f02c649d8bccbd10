#!/usr/bin/env bash
# Ends the box and everything of it. The cache stays, so that the next start is quick; `make clean` removes that too.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR
for file in paths log lock parts network nodes; do
  # shellcheck disable=SC1090
  source "$(dirname "${BASH_SOURCE[0]}")/lib/$file.sh"
done

if [ ! -d "$STATE" ]; then
  say "nothing runs"
  exit
fi
take_lock
kill_box
remove_network
for number in "${NODE_NUMBERS[@]}"; do remove_node_cgroups "gpu-$number"; done
remove_node_disks
remove_mount_points
rm -rf "$STATE" "$CACHE/build"
say "the box is gone"
