# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the files that are sourced with this one
# Defines where the box keeps its files. Set these variables to move the folders:
#
#   DYNAMO_BENCH_CACHE  files that take long to make and outlive the box: the kubebox binary, Temporal's program, images,
#                       the nodes' disks. Needs 5 GB while kubebox is built, 2 GB after.
#                       Default: $XDG_CACHE_HOME/dynamo-bench, that is ~/.cache/dynamo-bench
#   DYNAMO_BENCH_STATE  files of one running box, removed with it: kubeconfig, keys, etcd's and Temporal's data,
#                       logs. Short, because Unix sockets are in it. Default: /run/dynamo-bench for root
#
# All scripts take their paths from here, so `make clean` knows what to remove.

LOCAL=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${DYNAMO_BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dynamo-bench}
if [ "$(id -u)" = 0 ]; then
  STATE=${DYNAMO_BENCH_STATE:-/run/dynamo-bench}
else
  STATE=${DYNAMO_BENCH_STATE:-${XDG_RUNTIME_DIR:-/tmp}/dynamo-bench-$(id -u)}
fi

# Processes are known by this path, so it must be the same however it was written.
CACHE=$(realpath -m "$CACHE")
STATE=$(realpath -m "$STATE")

LOGS=$STATE/logs
ADMIN_KUBECONFIG=$STATE/kubeconfig

prepare_folders() {
  mkdir -p "$CACHE" "$STATE" "$LOGS"
  # Contains keys, tokens and etcd's data.
  chmod 700 "$STATE"
}
