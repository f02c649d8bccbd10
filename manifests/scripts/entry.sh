#!/bin/sh
# Main process of a rank pod: runs the tool given as arguments, prints the device counters before and after as JSON
# lines after a marker, and exits with the tool's exit code. Also prints when it was asked to stop, the libraries that the
# tool had mapped, and NIXL's plug-ins after a failure. The image needs only a POSIX shell, cat, sleep and the tool.
#
#   DYNAMO_BENCH_DEVICES     devices; starts one process for each, all at once. Empty: starts one process, which writes to
#                            the pod's output
#   DYNAMO_BENCH_FIRST_PORT  control port of the first of these processes; each further process uses the next port
#   DYNAMO_BENCH_OUTPUT      folder for the outputs of several processes; default: /dynamo-bench-output
#   DYNAMO_BENCH_ROOT        prefix of /sys, /host/sys and /dev, for tests that simulate them

frame() {
  printf '@@dynamo-bench %s\n' "$1"
}

# Sets $list to the numbers in files, as fields of a JSON object. A file that has no number, or that does not exist, is a
# missing counter and not a counter of 0.
read_counters() { # FILE...
  list=
  for file in "$@"; do
    value=
    { read -r value < "$file"; } 2> /dev/null
    case $value in '' | *[!0-9]*) continue ;; esac
    list="$list${list:+,}\"${file##*/}\":$value"
  done
}

counters_frame() { # DEVICE FACTS
  frame "{\"event\":\"counters\",\"when\":\"$when\",\"device\":\"$1\",$2\"counters\":{$list}}"
}

# Adds a field to $facts when a file has a text.
add_fact() { # NAME FILE
  read_text "$2"
  [ -z "$text" ] || facts="$facts\"$1\":\"$text\","
}

# Prints a port also without counters: the suite then knows that it cannot count.
# shellcheck disable=SC2317
port_counters() { # PORT_FOLDER DEVICE PORT
  facts="\"port\":$3,"
  add_fact linkLayer "$1/link_layer"
  add_fact rate "$1/rate"
  add_fact state "$1/state"
  [ "$own" = yes ] || facts="$facts\"own\":\"$own\","
  read_counters "$1"/counters/* "$1"/hw_counters/*
  # Some versions of the EFA driver have the counters of the only port at the device.
  [ -n "$list" ] || read_counters "$1"/../../hw_counters/*
  counters_frame "infiniband/$2" "$facts"
}

# ARPHRD_INFINIBAND of Linux: IP over InfiniBand, whose bytes also pass the counters of the adapter.
IP_OVER_INFINIBAND=32

# Prints all counters. The kernel shows those of an interface only in the pod's network namespace.
counters() { # WHEN
  when=$1
  each_port port_counters
  for device in "$root"/sys/class/net/*; do
    read_counters "$device"/statistics/[rt]x_bytes "$device"/statistics/[rt]x_packets
    [ -n "$list" ] || continue
    facts=
    read_text "$device/type"
    [ "$text" != "$IP_OVER_INFINIBAND" ] || facts='"linkLayer":"InfiniBand",'
    counters_frame "net/${device##*/}" "$facts"
  done
}

# Adds a text to $list as a JSON string. Skips a text that JSON would have to escape.
add_json() { # TEXT
  case $1 in *[\"\\[:cntrl:]]*) return 0 ;; esac
  list="$list${list:+,}\"$1\""
}

# Waits for a moment. Not every `sleep` accepts fractions of a second.
moment() {
  sleep 0.2 2> /dev/null || sleep 1
}

# Waits until a child has ended, and sets $status to its exit code. A signal ends `wait` before the child ends, so repeats
# it; `wait` returns 127 when it had already returned the exit code.
await() { # PID
  status=
  while :; do
    before=$signals
    wait "$1"
    last=$?
    [ "$last" -eq 127 ] && [ -n "$status" ] || status=$last
    [ "$before" -ne "$signals" ] || return 0
  done
}

# Prints the ids of processes and of all their descendants: the tool may be a script that runs the program.
family() { # PID...
  for process in "$@"; do
    printf '%s ' "$process"
    # shellcheck disable=SC2046
    family $(cat /proc/"$process"/task/*/children 2> /dev/null)
  done
}

# Prints the ids of those processes that have not ended.
living() { # PID...
  for process in "$@"; do
    ! kill -0 "$process" 2> /dev/null || printf '%s ' "$process"
  done
}

# Ends the tool. Sends SIGTERM to each process once, because the second one ends nixlbench at once. Kills what has not ended
# after 3 s: the ranks of nixlbench 1.1 and later then still wait for their peer, for about another second, but what a rank
# prints after this moment is a consequence, while the counters and the last frame must be printed before the kubelet kills
# this script.
end_tool() {
  # shellcheck disable=SC2086
  tool=$(family $pids)
  # shellcheck disable=SC2086
  kill -TERM $tool 2> /dev/null
  # shellcheck disable=SC2046,SC2086
  { sleep 3; kill -KILL $(family $tool); } > /dev/null 2>&1 &
  killer=$!
}

# Handles SIGTERM and SIGINT. Handles only the first one, because the tool ends or is killed in any case.
stop() {
  signals=$((signals + 1))
  [ "$signals" -eq 1 ] || return 0
  # Whatever the tool prints after this line is a consequence.
  frame '{"event":"stop"}'
  [ -z "$started" ] || end_tool
}

# shellcheck source=libraries.sh
. "${0%/*}/libraries.sh"
# shellcheck source=devices.sh
. "${0%/*}/devices.sh"

root=${DYNAMO_BENCH_ROOT:-}
output=${DYNAMO_BENCH_OUTPUT:-/dynamo-bench-output}
pids= started= killer= signals=0
# Starts this shell before the handler is set, because a shell can lose a signal while it drops the handler of its parent.
note_libraries &
notes=$!
trap stop TERM INT

# A log without this line and the `end` line is incomplete.
frame '{"event":"begin"}'
counters before
code=143
if [ "$signals" -eq 0 ]; then
  code=0
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
  started=yes
  # The signal may have come before all processes were known.
  [ "$signals" -eq 0 ] || [ -n "$killer" ] || end_tool

  for pid in $pids; do
    await "$pid"
    [ "$status" -eq 0 ] || code=$status
  done
  # Waits for what the tool has started, too, until it has ended or is killed.
  # shellcheck disable=SC2086
  while [ -n "$killer" ] && kill -0 "$killer" 2> /dev/null && [ -n "$(living $tool)" ]; do moment; done
  [ -z "$killer" ] || kill "$killer" 2> /dev/null
  started=

  index=0
  for device in ${DYNAMO_BENCH_DEVICES:-}; do
    frame "{\"event\":\"process\",\"index\":$index,\"device\":\"$device\"}"
    cat "$output/$index"
    index=$((index + 1))
  done
fi
counters after
signal=TERM
[ "$code" -eq 0 ] || signal=USR1
kill -"$signal" "$notes" 2> /dev/null
# Repeats the signal, because a shell can lose one that comes just before `wait`.
{ while sleep 1 && kill -"$signal" "$notes"; do :; done; } > /dev/null 2>&1 &
repeat=$!
await "$notes" 2> /dev/null
kill "$repeat" 2> /dev/null
[ "$code" -eq 0 ] || [ -z "${NIXL_PLUGIN_DIR:-}" ] || plugins "$NIXL_PLUGIN_DIR"
frame "{\"event\":\"end\",\"exitCode\":$code}"
exit "$code"
