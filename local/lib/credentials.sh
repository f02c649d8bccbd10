# shellcheck shell=bash
# Creates the credentials of the box: a new certificate authority and new tokens for each cluster. As on a real cluster,
# each part has its own identity, with the permissions that Kubernetes defines for this part.
# The API server reads the tokens once, at its start, so nodes that are added later get theirs here as well.

PKI=$STATE/pki
API_SERVER_URL=https://$BRIDGE_ADDRESS:6443

random_token() { openssl rand -hex 24; }

new_key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

# signed_certificate FOLDER NAME SUBJECT EXTENSIONS
signed_certificate() {
  new_key "$1/$2.key"
  openssl req -new -key "$1/$2.key" -subj "$3" |
    openssl x509 -req -CA "$1/ca.crt" -CAkey "$1/ca.key" -days 3650 -extfile <(echo "$4") -out "$1/$2.crt" 2>/dev/null
}

create_credentials() {
  [ -d "$PKI" ] && return
  local new=$PKI.partial number
  rm -rf "$new"
  (
    umask 077
    mkdir "$new"
    new_key "$new/ca.key"
    openssl req -x509 -new -key "$new/ca.key" -subj /CN=dynamo-bench-box -days 3650 -out "$new/ca.crt"
    signed_certificate "$new" apiserver /CN=kube-apiserver \
      "subjectAltName=IP:$BRIDGE_ADDRESS,IP:10.96.0.1,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local"
    # The kubelets require a client certificate for logs and commands. Only they accept client certificates; the API
    # server accepts only tokens.
    signed_certificate "$new" kubelet-client "/O=system:masters/CN=kube-apiserver-kubelet-client" extendedKeyUsage=clientAuth
    new_key "$new/service-accounts.key"
    openssl pkey -in "$new/service-accounts.key" -pubout -out "$new/service-accounts.pub"
    {
      echo "$(random_token),box-admin,box-admin,system:masters"
      echo "$(random_token),system:kube-controller-manager,system:kube-controller-manager"
      echo "$(random_token),system:kube-scheduler,system:kube-scheduler"
      echo "$(random_token),system:kube-proxy,system:kube-proxy"
      echo "$(random_token),box-dns,box-dns"
      for number in "${ALL_NODE_NUMBERS[@]}"; do
        echo "$(random_token),system:node:gpu-$number,system:node:gpu-$number,system:nodes"
      done
    } >"$new/tokens.csv"
    write_kubeconfig "$new" box-admin "$ADMIN_KUBECONFIG"
    for user in controller-manager scheduler proxy; do
      write_kubeconfig "$new" "system:kube-$user" "$new/$user.kubeconfig"
    done
    write_kubeconfig "$new" box-dns "$new/dns.kubeconfig"
    for number in "${ALL_NODE_NUMBERS[@]}"; do
      write_kubeconfig "$new" "system:node:gpu-$number" "$new/gpu-$number.kubeconfig"
    done
  )
  mv "$new" "$PKI"
}

# Writes a self-contained kubeconfig, which can be copied. Its names are not `default` and `admin`, so that merging it
# into a user's kubeconfig overwrites nothing.
write_kubeconfig() { # PKI-FOLDER USER FILE
  cat >"$3" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: box, cluster: {server: "$API_SERVER_URL", certificate-authority-data: $(base64 -w 0 <"$1/ca.crt")}}]
users: [{name: "$2", user: {token: $(grep ",$2," "$1/tokens.csv" | head -n 1 | cut -d, -f1)}}]
contexts: [{name: box, context: {cluster: box, user: "$2"}}]
current-context: box
YAML
}
