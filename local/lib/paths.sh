# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the files that are sourced with this one
# Defines the folders of the box. Set these variables to move them:
#
#   DYNAMO_BENCH_CACHE  folder for files that take long to create and outlive the box: the kubebox binary, Temporal's
#                       program, images; also the disks of the nodes. Needs 5 GB while kubebox is built, 2 GB afterwards.
#                       Default: $XDG_CACHE_HOME/dynamo-bench, that is ~/.cache/dynamo-bench
#   DYNAMO_BENCH_STATE  folder for the files of one running box: kubeconfig, keys, data of etcd and Temporal, logs. Removed
#                       with the box. The path must be short, because it contains Unix sockets.
#                       Default: /run/dynamo-bench for root
#
# Do not define a path elsewhere: all scripts use these, so that `make clean` removes all files.

LOCAL=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${DYNAMO_BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dynamo-bench}
if [ "$(id -u)" = 0 ]; then
  STATE=${DYNAMO_BENCH_STATE:-/run/dynamo-bench}
else
  STATE=${DYNAMO_BENCH_STATE:-${XDG_RUNTIME_DIR:-/tmp}/dynamo-bench-$(id -u)}
fi

# Makes the paths canonical, because processes are found by the path of the state folder.
CACHE=$(realpath -m "$CACHE")
STATE=$(realpath -m "$STATE")

LOGS=$STATE/logs
ADMIN_KUBECONFIG=$STATE/kubeconfig

prepare_folders() {
  mkdir -p "$CACHE" "$STATE" "$LOGS"
  # The folder contains keys, tokens and the data of etcd.
  chmod 700 "$STATE"
}
