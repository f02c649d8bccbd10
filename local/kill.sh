#!/usr/bin/env bash
# Kills a part of the box without a grace period, like a crash: etcd, kube-apiserver, kube-controller-manager,
# kube-scheduler, cluster-dns, gpu-1, gpu-2 and so on (a whole node), temporal or worker. local/up.sh restarts it.
#
#   local/kill.sh PART
set -euo pipefail
for file in paths log parts; do
  # shellcheck disable=SC1090
  source "$(dirname "${BASH_SOURCE[0]}")/lib/$file.sh"
done
[ $# = 1 ] || fail "usage: local/kill.sh PART"
part_runs "$1" || fail "Part \"$1\" is not running. Start all parts: make up"
kill_part "$1"
