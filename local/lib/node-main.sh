#!/usr/bin/env bash
# A node, from inside: process 1 of its pid namespace. Makes the machine look like a p5.48xlarge to the kubelet, then
# keeps containerd, kubelet and kube-proxy running, as a service manager would.
#
#   node-main.sh NAME ADDRESS FOLDER DISK PKI LOGS KUBEBOX
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/p5-disguise.sh"

name=$1 address=$2 folder=$3 disk=$4 pki=$5 logs=$6 kubebox=$7

# Mounts made here are visible only to this node's programs.
mount --make-rprivate /
mount --make-rshared /

cover_fixed_paths() {
  mount --bind "$disk/kubelet" /var/lib/kubelet
  mount --bind "$disk/cni" /var/lib/cni
  mount -t tmpfs tmpfs /var/log/containers
  mount -t tmpfs tmpfs /run/containerd
  # The box has no route to the internet. With this name server a pull fails at once; with the machine's it would wait for
  # an answer that cannot arrive.
  mount --bind "$folder/resolv.conf" /etc/resolv.conf
  # Where the device plugins' pods find their program, whatever its place in the cache.
  touch /var/lib/kubelet/kubebox
  mount --bind "$kubebox" /var/lib/kubelet/kubebox
}

# The kubelet sets these for the whole machine unless they have the right value already, so it gets files that have it.
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
    "$@" >>"$log" 2>&1 || echo "ended with exit code $?; started again in a second" >>"$log"
    sleep 1
  done
}

network_is_there() { ip route show default | grep -q .; }
api_server_answers() { curl -fs --max-time 2 --cacert "$pki/ca.crt" "$(awk -F'"' '/server:/ {print $2}' "$pki/$name.kubeconfig")/readyz"; }

wait_until() { until "$@" >/dev/null 2>&1; do sleep 0.1; done; }

# Containers inherit these from containerd. RDMA pins memory, so a node on EKS sets no limit to it; a machine that does
# not let even root go so far keeps its own.
ulimit -l unlimited 2>/dev/null || ulimit -l "$(ulimit -H -l)"
ulimit -n 1048576 2>/dev/null || ulimit -n "$(ulimit -H -n)"

cover_fixed_paths
cover_machine_settings
disguise_as_p5 "$folder/disguise"

keep_running containerd containerd --config "$folder/containerd.toml" --log-level warn &

wait_until network_is_there
# Without it they would start all the same, and then wait longer and longer between tries.
wait_until api_server_answers
keep_running kube-proxy "$kubebox" kube-proxy --config "$folder/kube-proxy.yaml" &
wait_until test -S "$folder/containerd.sock"
keep_running kubelet "$kubebox" kubelet --config "$folder/kubelet.yaml" --kubeconfig "$pki/$name.kubeconfig" \
  --root-dir /var/lib/kubelet --cert-dir "$folder/pki" --hostname-override "$name" --node-ip "$address" --node-labels "$P5_LABELS" &
wait
