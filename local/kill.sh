#!/usr/bin/env bash
# Kills a part of the box, as a crash would: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, cluster-dns,
# gpu-1, gpu-2 (a whole node), temporal or worker. local/up.sh brings it back.
#
#   local/kill.sh PART
set -euo pipefail
for file in paths log parts; do
  # shellcheck disable=SC1090
  source "$(dirname "${BASH_SOURCE[0]}")/lib/$file.sh"
done
[ $# = 1 ] || fail "usage: local/kill.sh PART"
part_runs "$1" || fail "There is no part \"$1\" that runs."
kill_part "$1"
