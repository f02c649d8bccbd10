#!/usr/bin/env bash
# kubectl for the box's cluster, with all of kubectl's arguments.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib/paths.sh"
[ -x "$STATE/kubebox" ] || { echo "The local cluster does not run: make up" >&2 && exit 1; }
export KUBECONFIG=$ADMIN_KUBECONFIG KUBECACHEDIR=$STATE/kubectl-cache
exec "$STATE/kubebox" kubectl "$@"
