# Functions of the entry script and of the probe: the ports of the RDMA devices of this pod. The node's /sys, mounted at
# /host/sys, shows the devices of all pods, and the pod's own /sys shows those of its network namespace, for some kernels
# without their counters. $root is a prefix of all paths.
# shellcheck disable=SC2154

# Sets $owned to the names of the RDMA devices whose uverbs nodes this pod has; $verbs_seen to `yes` when it has such a node,
# and $mapped to `no` when the class infiniband_verbs does not name the device of one of them.
find_owned() {
  owned=' ' verbs_seen=no mapped=yes
  for verbs in "$root"/dev/infiniband/uverbs*; do
    [ -e "$verbs" ] || continue
    verbs_seen=yes ibdev=
    for sysfs in "$root/host/sys" "$root/sys"; do
      [ -n "$ibdev" ] || { read -r ibdev < "$sysfs/class/infiniband_verbs/${verbs##*/}/ibdev"; } 2> /dev/null
    done
    if [ -n "$ibdev" ]; then owned="$owned$ibdev "; else mapped=no; fi
  done
}

# Sets $own to `yes`, `no` or `unknown`. A pod without uverbs nodes has no RDMA device, unless its /dev cannot be seen at all.
ownership() { # DEVICE_FOLDER
  own=no
  case $owned in *" ${1##*/} "*) own=yes ;; esac
  [ "$own" = no ] || return 0
  if [ "$verbs_seen" = no ]; then
    [ -d "$root/dev" ] || own=unknown
    return 0
  fi
  for verbs in "$1"/device/infiniband_verbs/uverbs*; do
    [ -e "$verbs" ] || continue
    [ ! -e "$root/dev/infiniband/${verbs##*/}" ] || own=yes
    return 0
  done
  [ "$mapped" = yes ] || own=unknown
}

# Checks whether a port has counters.
counted() { # PORT_FOLDER
  [ -d "$1/counters" ] || [ -d "$1/hw_counters" ]
}

# Calls a function with the folder, the device and the number of each port, except those of other pods; $own is `yes` or
# `unknown` then.
each_port() { # FUNCTION
  find_owned
  ports=' '
  for sysfs in "$root/host/sys" "$root/sys"; do
    for rdma in "$sysfs"/class/infiniband/*; do
      for port in "$rdma"/ports/[0-9]*; do
        place=${rdma##*/}:${port##*/}
        case $ports in *" $place "*) continue ;; esac
        [ -d "$port" ] || continue
        ports="$ports$place "
        ownership "$rdma"
        [ "$own" != no ] || continue
        in_pod=$root/sys/class/infiniband/${rdma##*/}/ports/${port##*/}
        if ! counted "$port" && counted "$in_pod"; then port=$in_pod; fi
        "$1" "$port" "${rdma##*/}" "${port##*/}"
      done
    done
  done
}

# Sets $text to the first line of a file; empty when it cannot be read, or when JSON would have to escape it.
read_text() { # FILE
  text=
  { read -r text < "$1"; } 2> /dev/null
  case $text in *[\"\\[:cntrl:]]*) text= ;; esac
}
