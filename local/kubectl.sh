#!/usr/bin/env bash
# Runs kubectl with the given arguments on the local cluster.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib/paths.sh"
[ -x "$STATE/kubebox" ] || { echo "The local cluster is not running. Start it: make up" >&2 && exit 1; }
export KUBECONFIG=$ADMIN_KUBECONFIG KUBECACHEDIR=$STATE/kubectl-cache
exec "$STATE/kubebox" kubectl "$@"
