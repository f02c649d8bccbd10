#!/usr/bin/env bash
# Sets up the worker on the local cluster as on any other cluster: with a namespace, a service account, and the permissions
# of the chart. Prints the path of a kubeconfig that contains only the token of that service account.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib/paths.sh
source "$here/lib/paths.sh"

NAMESPACE=dynamo-bench
ACCOUNT=dynamo-bench-worker

apply() {
  "$here/kubectl.sh" apply --namespace "$NAMESPACE" -f - > /dev/null
}

binding() { # KIND ROLE
  cat << YAML
---
apiVersion: rbac.authorization.k8s.io/v1
kind: $1Binding
metadata:
  name: $2
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: $1
  name: $2
subjects:
  - kind: ServiceAccount
    name: $ACCOUNT
    namespace: $NAMESPACE
YAML
}

{
  cat << YAML
apiVersion: v1
kind: Namespace
metadata:
  name: $NAMESPACE
  labels:
    pod-security.kubernetes.io/enforce: privileged
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: $ACCOUNT
---
YAML
  cat "$here/../charts/dynamo-bench/files/permissions.yaml"
  binding Role "$ACCOUNT"
  binding Role "$ACCOUNT-leases"
  binding ClusterRole "$ACCOUNT"
  binding ClusterRole "$ACCOUNT-other-namespaces"
} | apply
token=$("$here/kubectl.sh" create token "$ACCOUNT" --namespace "$NAMESPACE" --duration 24h)
kubeconfig=$STATE/worker.kubeconfig
umask 077
cp "$ADMIN_KUBECONFIG" "$kubeconfig.new"
KUBECONFIG=$kubeconfig.new "$STATE/kubebox" kubectl config set-credentials "$ACCOUNT" --token "$token" > /dev/null
KUBECONFIG=$kubeconfig.new "$STATE/kubebox" kubectl config set-context box --user "$ACCOUNT" > /dev/null
KUBECONFIG=$kubeconfig.new "$STATE/kubebox" kubectl config unset users.box-admin > /dev/null
mv "$kubeconfig.new" "$kubeconfig"
echo "$kubeconfig"
