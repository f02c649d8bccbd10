#!/usr/bin/env bash
# Sets up the worker on the local cluster as on any other cluster: with the namespace, service account and roles of
# manifests/worker/rbac.yaml. Prints the path of a kubeconfig that contains only the token of that service account.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib/paths.sh
source "$here/lib/paths.sh"

NAMESPACE=dynamo-bench
ACCOUNT=dynamo-bench-worker

"$here/kubectl.sh" apply -f "$here/../manifests/worker/rbac.yaml" > /dev/null
token=$("$here/kubectl.sh" create token "$ACCOUNT" --namespace "$NAMESPACE" --duration 24h)
kubeconfig=$STATE/worker.kubeconfig
umask 077
cp "$ADMIN_KUBECONFIG" "$kubeconfig.new"
KUBECONFIG=$kubeconfig.new "$STATE/kubebox" kubectl config set-credentials "$ACCOUNT" --token "$token" > /dev/null
KUBECONFIG=$kubeconfig.new "$STATE/kubebox" kubectl config set-context box --user "$ACCOUNT" > /dev/null
KUBECONFIG=$kubeconfig.new "$STATE/kubebox" kubectl config unset users.box-admin > /dev/null
mv "$kubeconfig.new" "$kubeconfig"
echo "$kubeconfig"
