# shellcheck shell=bash
# Writes the configuration files of a node's programs.

write_containerd_config() { # FOLDER ROOT
  cat >"$1/containerd.toml" <<TOML
version = 2
root = "$2"
state = "$1/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]

[grpc]
  address = "$1/containerd.sock"

[plugins."io.containerd.internal.v1.opt"]
  path = "$1/opt"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:3.10"
  # Disabled, because containerd would load the AppArmor profile for the whole machine.
  disable_apparmor = true
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$CNI_PLUGINS"
    conf_dir = "$1/cni"

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
TOML
}

# hairpinMode: lets a pod reach itself through the address of its Service.
# tcp_wmem: limits send buffers. A tool counts bytes in the send buffer as sent, although the link has not carried them
# yet. With the usual 4 MB, a short measurement would show more than the rate of the link.
write_pod_network_config() { # FOLDER NUMBER
  mkdir -p "$1/cni"
  cat >"$1/cni/10-pods.conflist" <<JSON
{
  "cniVersion": "0.4.0",
  "name": "pods",
  "plugins": [
    {
      "type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "hairpinMode": true,
      "ipam": {"type": "host-local", "ranges": [[{"subnet": "$(node_pods "$2")"}]], "routes": [{"dst": "0.0.0.0/0"}]}
    },
    {"type": "tuning", "sysctl": {"net.ipv4.tcp_wmem": "4096 16384 524288"}}
  ]
}
JSON
}

# nodeStatusUpdateFrequency: with the usual 10 s, a new device would appear up to 10 s late.
# cgroupsPerQOS: off, because the groups would get all simulated CPUs, which the kernel does not have.
# localStorageCapacityIsolation: off, because cAdvisor does not find the disk of every machine.
# KubeletInUserNamespace: lets the kubelet continue when this machine denies it a limit; it still runs as root.
write_kubelet_config() { # FOLDER NUMBER
  echo "nameserver $BRIDGE_ADDRESS" >"$1/resolv.conf"
  cat >"$1/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix://$1/containerd.sock
address: $(node_address "$2")
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: $PKI/ca.crt}
authorization: {mode: Webhook}
healthzPort: 0
readOnlyPort: 0
cgroupDriver: cgroupfs
cgroupRoot: /
cgroupsPerQOS: false
enforceNodeAllocatable: []
failCgroupV1: false
failSwapOn: false
featureGates: {KubeletInUserNamespace: true}
localStorageCapacityIsolation: false
evictionHard: {memory.available: 1Mi, nodefs.available: 1%, imagefs.available: 1%}
imageGCHighThresholdPercent: 100
makeIPTablesUtilChains: false
nodeStatusUpdateFrequency: 1s
podLogsDir: $1/pod-logs
volumePluginDir: $1/volume-plugins
resolvConf: $1/resolv.conf
clusterDNS: [$BRIDGE_ADDRESS]
clusterDomain: cluster.local
YAML
}

# conntrack: does not change these limits, because they apply to the whole machine.
write_proxy_config() { # FOLDER NUMBER
  cat >"$1/kube-proxy.yaml" <<YAML
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
clientConnection: {kubeconfig: $PKI/proxy.kubeconfig}
hostnameOverride: gpu-$2
clusterCIDR: $POD_NETWORK
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
healthzBindAddress: ""
metricsBindAddress: 127.0.0.1:10249
nftables: {masqueradeAll: true}
YAML
}
