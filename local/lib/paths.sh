# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the files that are sourced with this one
# Where the box keeps its files. Both folders are the user's to move:
#
#   DYNAMO_BENCH_CACHE  what takes long to make and outlives the box: the kubebox binary, Temporal's program, images,
#                       the nodes' disks. Needs 5 GB while kubebox is built, 2 GB after.
#                       Default: $XDG_CACHE_HOME/dynamo-bench, that is ~/.cache/dynamo-bench
#   DYNAMO_BENCH_STATE  what belongs to one running box and goes with it: kubeconfig, keys, etcd's and Temporal's data,
#                       logs. Short, because Unix sockets are in it. Default: /run/dynamo-bench for root
#
# Everything that needs a path takes it from here, so `make clean` knows what there is to remove.

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
  # Keys, tokens and etcd's data are below it.
  chmod 700 "$STATE"
}
