# shellcheck shell=bash
# Starts and configures the nodes gpu-1, gpu-2 and so on. Each is one process tree in its own network, mount and pid
# namespaces, with node-main.sh as the first process. When that process ends, the whole node ends, with its containers
# and mounts.

NODE_DISKS=$CACHE/nodes

# Folders that a node covers with its own, because the paths are fixed in its programs.
NODE_MOUNT_POINTS=(/var/lib/kubelet /var/lib/cni /var/log/containers /run/containerd)

# Prints the pid of the process that lives as long as the node.
node_pid() {
  local pid
  for pid in $(part_pids "$1"); do
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = unshare ] && echo "$pid" && return
  done
}

# Creates these folders on the machine if they do not exist, and lists the created ones for remove_mount_points.
ensure_mount_points() {
  local folder
  for folder in "${NODE_MOUNT_POINTS[@]}"; do
    [ -d "$folder" ] && continue
    echo "$folder" >>"$STATE/mount-points"
    mkdir -p "$folder"
  done
}

remove_mount_points() {
  [ -f "$STATE/mount-points" ] || return 0
  xargs -a "$STATE/mount-points" rmdir 2>/dev/null || true
}

start_node() { # NUMBER ARCHIVES
  local number=$1 name=gpu-$1 folder=$STATE/nodes/gpu-$1 disk=$NODE_DISKS/gpu-$1
  # A node always starts with a clean disk, because files of an earlier node belong to pods that no longer exist.
  remove_node_cgroups "$name"
  rm -rf "$folder" "$disk"
  mkdir -p "$folder" "$disk/kubelet" "$disk/cni"
  cp -al "$(store_of "$2")" "$disk/containerd"
  # Replaces the databases by copies. Through hard links, both nodes' containerd would write to the same database.
  own_copies "$disk/containerd" "$(store_of "$2")"
  write_containerd_config "$folder" "$disk/containerd"
  write_pod_network_config "$folder" "$number"
  write_kubelet_config "$folder" "$number"
  write_proxy_config "$folder" "$number"
  echo "$2" | tr ' ' '\n' >"$folder/images"
  start_part "$name" unshare --net --mount --pid --fork --kill-child=SIGKILL --mount-proc \
    bash "$LOCAL/lib/node-main.sh" "$name" "$(node_address "$number")" "$folder" "$disk" "$PKI" "$LOGS" "$(readlink "$KUBEBOX")"
}

own_copies() { # COPY ORIGINAL
  local database
  while read -r database; do
    cp --remove-destination "$2/$database" "$1/$database"
  done < <(cd "$2" && find . -maxdepth 2 -name '*.db')
}

# Whether the first process of the node has left the machine's network namespace.
in_own_network() { # NODE
  local pid
  pid=$(node_pid "$1") && [ -n "$pid" ] && [ "$(readlink "/proc/$pid/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

ensure_node() { # NUMBER ARCHIVES
  local name=gpu-$1
  if part_runs "$name"; then
    import_new_images "$name" "$2"
  else
    start_node "$1" "$2"
    forget_devices "$name"
    STARTED+=("$name")
  fi
  wait_for 20 "$name" "$name has its own network namespace" in_own_network "$name"
  attach_node "$1" "$(node_pid "$name")"
}

# Resets the devices in the status of a node. After a restart of the node, the API server still has its last report, and
# the wait for its devices would end too early.
forget_devices() { # NODE
  api_server_ready || return 0
  kubectl patch node "$1" --subresource status --patch \
    '{"status": {"allocatable": {"nvidia.com/gpu": "0", "vpc.amazonaws.com/efa": "0"}}}' >/dev/null 2>&1 || true
}

# Whether every node is Ready, reports its devices and has no taints. The taints of a node that was not ready remain for
# a moment after the condition has changed, and `kubectl wait` checks only the condition.
nodes_ready() {
  local number lines
  # shellcheck disable=SC2016
  lines=$(kubectl get nodes --output 'go-template={{range .items}}{{.metadata.name}}{{range .status.conditions}}{{if eq .type "Ready"}} {{.status}}{{end}}{{end}} {{index .status.allocatable "nvidia.com/gpu"}} {{index .status.allocatable "vpc.amazonaws.com/efa"}}{{range .spec.taints}} {{.key}}{{end}}{{"\n"}}{{end}}')
  for number in "${NODE_NUMBERS[@]}"; do
    grep -qx "gpu-$number True 8 32" <<<"$lines" || return 1
  done
}

default_service_account_exists() { kubectl get serviceaccount default >/dev/null; }

wait_for_nodes() {
  wait_for 90 gpu-1 "all nodes are Ready with 8 GPUs and 32 EFA devices each" nodes_ready
  wait_for 30 kube-controller-manager "the default service account exists" default_service_account_exists
}

# Removes the control groups of a node's containers, which remain when a node is killed. The folders in containerd's
# state name them; containerd always creates them below k8s.io. cgroup v1 has one tree per controller, v2 a single tree.
remove_node_cgroups() { # NODE
  local deadline=$((SECONDS + 5)) task tree
  for task in "$STATE/nodes/$1"/containerd/io.containerd.runtime.v2.task/k8s.io/*/; do
    for tree in /sys/fs/cgroup/{,*/}k8s.io/"$(basename "$task")"; do
      # Repeats this, because a group can be removed only a moment after its last process has ended.
      while [ -d "$tree" ] && [ "$SECONDS" -lt "$deadline" ]; do
        find "$tree" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.05
      done
    done
  done
  rmdir /sys/fs/cgroup/{,*/}k8s.io 2>/dev/null || true
}

remove_node_disks() { rm -rf "$NODE_DISKS"; }
