#!/usr/bin/env bash
# Main process of a node: process 1 of its pid namespace. Makes the machine look like a p5.48xlarge to the kubelet, then
# keeps containerd, kubelet and kube-proxy running, as a service manager does.
#
#   node-main.sh NAME ADDRESS FOLDER DISK PKI LOGS KUBEBOX
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/p5-disguise.sh"

name=$1 address=$2 folder=$3 disk=$4 pki=$5 logs=$6 kubebox=$7

# Makes the mounts of this script visible only to the programs of this node.
mount --make-rprivate /
mount --make-rshared /

cover_fixed_paths() {
  mount --bind "$disk/kubelet" /var/lib/kubelet
  mount --bind "$disk/cni" /var/lib/cni
  mount -t tmpfs tmpfs /var/log/containers
  mount -t tmpfs tmpfs /run/containerd
  # Nodes have no route to the internet. With this name server an image pull fails at once. With the machine's name
  # server it would wait for a response that cannot arrive.
  mount --bind "$folder/resolv.conf" /etc/resolv.conf
  # Gives the pods of the device plugins a path to their program that does not depend on the cache.
  touch /var/lib/kubelet/kubebox
  mount --bind "$kubebox" /var/lib/kubelet/kubebox
}

# Covers settings with files that contain the values that the kubelet requires. Otherwise the kubelet would change them
# for the whole machine.
cover_machine_settings() {
  mkdir "$folder/sysctl"
  local setting value
  while read -r setting value; do
    [ -e "/proc/sys/$setting" ] || continue
    echo "$value" >"$folder/sysctl/${setting//\//.}"
    mount --bind "$folder/sysctl/${setting//\//.}" "/proc/sys/$setting"
  done <<SETTINGS
vm/overcommit_memory 1
vm/panic_on_oom 0
kernel/panic 10
kernel/panic_on_oops 1
kernel/keys/root_maxkeys 1000000
kernel/keys/root_maxbytes 25000000
SETTINGS
}

keep_running() { # PROGRAM COMMAND...
  local log=$logs/$name-$1.log
  shift
  while true; do
    "$@" >>"$log" 2>&1 || echo "ended with exit code $?; will be restarted in a second" >>"$log"
    sleep 1
  done
}

network_is_up() { ip route show default | grep -q .; }
api_server_answers() { curl -fs --max-time 2 --cacert "$pki/ca.crt" "$(awk -F'"' '/server:/ {print $2}' "$pki/$name.kubeconfig")/readyz"; }

wait_until() { until "$@" >/dev/null 2>&1; do sleep 0.1; done; }

# Containers inherit these limits from containerd. RDMA pins memory, so a node on EKS does not limit it. A machine that
# does not permit root to remove the limit keeps its hard limit.
ulimit -l unlimited 2>/dev/null || ulimit -l "$(ulimit -H -l)"
ulimit -n 1048576 2>/dev/null || ulimit -n "$(ulimit -H -n)"

cover_fixed_paths
cover_machine_settings
disguise_as_p5 "$folder/disguise"

keep_running containerd containerd --config "$folder/containerd.toml" --log-level warn &

wait_until network_is_up
# Without this wait, kube-proxy and the kubelet would retry with growing pauses.
wait_until api_server_answers
keep_running kube-proxy "$kubebox" kube-proxy --config "$folder/kube-proxy.yaml" &
wait_until test -S "$folder/containerd.sock"
keep_running kubelet "$kubebox" kubelet --config "$folder/kubelet.yaml" --kubeconfig "$pki/$name.kubeconfig" \
  --root-dir /var/lib/kubelet --cert-dir "$folder/pki" --hostname-override "$name" --node-ip "$address" --node-labels "$P5_LABELS" &
wait
