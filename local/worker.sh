#!/usr/bin/env bash
# Starts the worker of this checkout as a part of the box, and replaces a running one. The worker runs until the box
# stops. It writes results to runs/ of this checkout.
#
#   local/worker.sh [KUBECONFIG]   default: the local cluster, with the worker's service account
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for file in paths log parts temporal; do
  # shellcheck disable=SC1090
  source "$here/lib/$file.sh"
done
root=$(dirname "$here")

kubeconfig=${1:-$("$here/worker-kubeconfig.sh")}
kill_part worker
: >"$LOGS/worker.log"
start_part worker env KUBECONFIG="$kubeconfig" TEMPORAL_ADDRESS="$TEMPORAL_ADDRESS" RESULTS_DIR="$root/runs" LOG_LEVEL=INFO \
  "$root/node_modules/.bin/node" "$root/dist/worker/main.js"
wait_for 30 worker "the worker serves its task queue" grep -qF "state: 'RUNNING'" "$LOGS/worker.log"
say "the worker is running (log: $LOGS/worker.log)"
