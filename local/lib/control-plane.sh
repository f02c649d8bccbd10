# shellcheck shell=bash
# Starts etcd, API server, controller manager, scheduler and cluster DNS as processes of this machine. They listen only
# on loopback (etcd) and on the bridge.

ETCD_URL=http://127.0.0.1:12379

kubectl() {
  KUBECONFIG=$ADMIN_KUBECONFIG KUBECACHEDIR=$STATE/kubectl-cache "$KUBEBOX" kubectl "$@"
}

unless_running() { # NAME COMMAND...
  part_runs "$1" && return
  start_part "$@"
  STARTED+=("$1")
}

# Starts all three at once, because each waits for those that it needs.
start_control_plane() {
  create_credentials
  # Runs without fsync, because the data of this etcd is removed with the box.
  unless_running etcd "$KUBEBOX" etcd --data-dir "$STATE/etcd" --unsafe-no-fsync --log-level error \
    --listen-client-urls "$ETCD_URL" --advertise-client-urls "$ETCD_URL" --listen-peer-urls http://127.0.0.1:0
  unless_running kube-apiserver "$KUBEBOX" kube-apiserver \
    --etcd-servers "$ETCD_URL" --bind-address "$BRIDGE_ADDRESS" --advertise-address "$BRIDGE_ADDRESS" --secure-port 6443 \
    --tls-cert-file "$PKI/apiserver.crt" --tls-private-key-file "$PKI/apiserver.key" \
    --token-auth-file "$PKI/tokens.csv" --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction \
    --service-account-issuer https://kubernetes.default.svc.cluster.local \
    --service-account-key-file "$PKI/service-accounts.pub" --service-account-signing-key-file "$PKI/service-accounts.key" \
    --kubelet-client-certificate "$PKI/kubelet-client.crt" --kubelet-client-key "$PKI/kubelet-client.key" \
    --kubelet-preferred-address-types InternalIP --service-cluster-ip-range "$SERVICE_NETWORK" \
    --allow-privileged --profiling=false
  start_controller_manager
}

# Call this again when the API server is ready: the controller manager ends when the API server is not healthy within
# 10 s, which happens on a busy machine.
start_controller_manager() {
  # kube-api-qps, kube-api-burst: with the defaults it takes 3 s longer to give each of its controllers an identity.
  # controllers: excludes the publisher of a certificate that exists only when the API server signs its own certificate.
  unless_running kube-controller-manager "$KUBEBOX" kube-controller-manager \
    --kubeconfig "$PKI/controller-manager.kubeconfig" --use-service-account-credentials --leader-elect=false --secure-port 0 \
    --service-account-private-key-file "$PKI/service-accounts.key" --root-ca-file "$PKI/ca.crt" \
    --kube-api-qps 500 --kube-api-burst 500 \
    --flex-volume-plugin-dir "$STATE/volume-plugins" --controllers '*,-kube-apiserver-serving-clustertrustbundle-publisher-controller'
}

# Starts the two parts that list all objects at their start and retry at growing intervals. Call this only when they
# have the permissions: the API server creates those of the scheduler, the manifests those of the DNS server.
start_readers() {
  unless_running kube-scheduler "$KUBEBOX" kube-scheduler \
    --kubeconfig "$PKI/scheduler.kubeconfig" --leader-elect=false --secure-port 0
  unless_running cluster-dns "$KUBEBOX" cluster-dns --kubeconfig "$PKI/dns.kubeconfig" --listen "$BRIDGE_ADDRESS:53"
}

api_server_ready() {
  [ "$(curl -fs --max-time 5 --cacert "$PKI/ca.crt" "$API_SERVER_URL/readyz")" = ok ]
}

wait_for_control_plane() {
  wait_for 90 kube-apiserver "the API server is ready" api_server_ready
}

# Applies the manifests once per cluster, and again after a change of a manifest.
apply_manifests() {
  local mark=$STATE/manifests.sha256 now
  now=$(cat "$LOCAL"/manifests/*.yaml | sha256sum)
  [ "$now" = "$(cat "$mark" 2>/dev/null)" ] && return
  kubectl apply --server-side --force-conflicts --field-manager box -f "$LOCAL/manifests" >"$LOGS/manifests.log" 2>&1 ||
    fail_with_log "The API server rejected the manifests in local/manifests." "$LOGS/manifests.log"
  echo "$now" >"$mark"
}
