#!/bin/sh
# Main process of a rank pod: runs the tool given as arguments, prints the device counters before and after as JSON
# lines after a marker, and exits with the tool's exit code. The image needs only a shell, cat and the tool.
#
#   DYNAMO_BENCH_DEVICES     devices; starts one process for each, all at once. Empty: starts one process, which writes to
#                            the pod's output
#   DYNAMO_BENCH_FIRST_PORT  control port of the first of these processes; each further process uses the next port
#   DYNAMO_BENCH_ROOT        prefix of /sys, /host/sys and /dev, for tests that simulate them

frame() {
  printf '@@dynamo-bench %s\n' "$1"
}

counters_of() { # WHEN DEVICE FILE...
  when=$1 device=$2 list=
  shift 2
  for file in "$@"; do
    value=
    { read -r value < "$file"; } 2> /dev/null
    case $value in '' | *[!0-9]*) continue ;; esac
    list="$list${list:+,}\"${file##*/}\":$value"
  done
  [ -z "$list" ] || frame "{\"event\":\"counters\",\"when\":\"$when\",\"device\":\"$device\",\"counters\":{$list}}"
}

# Checks whether a device belongs to this pod: the node's /sys shows the devices of all pods, but a pod has only the
# uverbs nodes of its own.
own() { # DEVICE
  set -- "$1" "$root"/dev/infiniband/uverbs*
  [ -e "$2" ] || return 0
  for verbs in "$1"/device/infiniband_verbs/uverbs*; do
    [ ! -e "$root/dev/infiniband/${verbs##*/}" ] || return 0
  done
  return 1
}

# Prints all counters. The kernel shows those of an RDMA device only in the node's network namespace, and those of an
# interface only in the pod's.
counters() { # WHEN
  sysfs=$root/host/sys
  [ -d "$sysfs/class/infiniband" ] || sysfs=$root/sys
  for device in "$sysfs"/class/infiniband/*; do
    ! own "$device" || counters_of "$1" "infiniband/${device##*/}" "$device"/ports/1/hw_counters/*
  done
  for device in "$root"/sys/class/net/*; do
    counters_of "$1" "net/${device##*/}" "$device"/statistics/[rt]x_bytes "$device"/statistics/[rt]x_packets
  done
}

root=${DYNAMO_BENCH_ROOT:-}
output=${DYNAMO_BENCH_OUTPUT:-/dynamo-bench-output}
pids=
trap 'for pid in $pids; do kill -TERM "$pid" 2> /dev/null; done' TERM INT

# A log without this line and the `end` line is incomplete.
frame '{"event":"begin"}'
counters before
if [ -n "${DYNAMO_BENCH_DEVICES:-}" ]; then
  index=0
  for device in $DYNAMO_BENCH_DEVICES; do
    UCX_NET_DEVICES=$device "$@" -p $((DYNAMO_BENCH_FIRST_PORT + index)) > "$output/$index" 2>&1 &
    pids="$pids $!"
    index=$((index + 1))
  done
else
  "$@" &
  pids=$!
fi

code=0
for pid in $pids; do
  wait "$pid"
  status=$?
  # Repeats `wait`, because a signal ends it before the process ends.
  while kill -0 "$pid" 2> /dev/null; do
    wait "$pid"
    status=$?
  done
  [ "$status" -eq 0 ] || code=$status
done

index=0
for device in ${DYNAMO_BENCH_DEVICES:-}; do
  frame "{\"event\":\"process\",\"index\":$index,\"device\":\"$device\"}"
  cat "$output/$index"
  index=$((index + 1))
done
counters after
frame "{\"event\":\"end\",\"exitCode\":$code}"
exit "$code"
