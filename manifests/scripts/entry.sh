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

# Adds the libraries of NIXL, UCX and libfabric that the tool has mapped to $mapped, one path in each line.
sample_libraries() {
  # shellcheck disable=SC2046
  maps=$(for process in $(family $$); do cat "/proc/$process/maps" 2> /dev/null; done)
  IFS=$newline
  set -f
  for line in $maps; do
    case $line in
      */libnixl* | */libplugin_* | */libuc[pstm]* | */libfabric* | */libefa* | */nixlbench) ;;
      *) continue ;;
    esac
    file=/${line#*/}
    file=${file% (deleted)}
    case ${file##*/} in
      libnixl* | libplugin_* | libuc[pstm]* | libfabric* | libefa* | nixlbench) ;;
      *) continue ;;
    esac
    case $newline$mapped in
      *"$newline$file$newline"*) ;;
      *) mapped=$mapped$file$newline ;;
    esac
  done
  set +f
  IFS=$whitespace
}

# Prints texts that have the form of a version and end a string in a library. libucp (`ucp_get_version_string`) and libfabric
# (`fi_tostr` of FI_TYPE_VERSION) contain their version in this form; the suite uses it when it is the only such text. The
# compiler can put bytes of a number directly before the string, but not what precedes versions of other things, such as
# `GLIBC_`. Prints nothing in an image without tr and grep.
versions_in() { # FILE
  version='[1-9]\.[0-9][0-9]*\.[0-9][0-9]*[a-z]*[0-9.]*$'
  tr '\000' '\n' < "$1" 2> /dev/null |
    LC_ALL=C grep -a -o -e "^$version" -e "[^-._/ 0-9]$version" 2> /dev/null |
    while IFS= read -r text; do printf '%s\n' "${text#"${text%%[1-9].*}"}"; done
}

# Prints the libraries that the samples have found. Container runtimes split lines of more than 4 to 16 KiB, so keeps a
# frame shorter. Adds the folders that name the versions of NIXL's wheels.
print_libraries() {
  IFS=$newline
  set -f
  # shellcheck disable=SC2086
  set -- $mapped
  set +f
  IFS=$whitespace
  list=
  for file in "$@"; do
    add_json "$file"
    [ "${#list}" -lt 3000 ] || print_list
    case $file in
      */.*.mesonpy.libs/libnixl.so*)
        wheel=${file%.mesonpy.libs/*}
        for folder in "${wheel%/.*}/${wheel##*/.}"-*.dist-info; do [ ! -d "$folder" ] || add_json "$folder"; done
        ;;
    esac
  done
  print_list
  for file in "$@"; do
    case ${file##*/} in libucp* | libfabric*) ;; *) continue ;; esac
    case $file in *[\"\\[:cntrl:]]*) continue ;; esac
    list=
    for text in $(versions_in "$file"); do add_json "$text"; done
    [ -z "$list" ] || frame "{\"event\":\"libraries\",\"files\":[],\"versions\":{\"$file\":[$list]}}"
  done
}

print_list() {
  [ -z "$list" ] || frame "{\"event\":\"libraries\",\"files\":[$list]}"
  list=
}

# Notes the libraries of the tool until it has ended, first often and then rarely, in order not to disturb the measurement.
# Prints them at SIGTERM. At SIGUSR1 also prints the plug-ins beside libnixl, where NIXL looks for them without
# NIXL_PLUGIN_DIR.
note_libraries() {
  mapped= pause= failed= interval=1
  trap 'end_notes' TERM
  trap 'failed=yes; end_notes' USR1
  # A tool may fail within its first second.
  for early in 1 2 3 4 5; do
    moment
    sample_libraries
  done
  while :; do
    sleep "$interval" > /dev/null 2>&1 &
    pause=$!
    wait "$pause"
    sample_libraries
    [ "$interval" -ge 64 ] || interval=$((interval * 2))
  done
}

end_notes() {
  trap '' TERM USR1
  IFS=$whitespace
  set +f
  [ -z "$pause" ] || kill "$pause" 2> /dev/null
  print_libraries
  folder=${mapped%%/libnixl.so*}
  if [ "$failed" = yes ] && [ -z "${NIXL_PLUGIN_DIR:-}" ] && [ "$folder" != "$mapped" ]; then
    plugins "${folder##*"$newline"}/plugins"
  fi
  exit 0
}

# Prints the files of NIXL's plug-ins in a folder.
plugins() { # FOLDER
  list=
  add_json "$1"
  [ -n "$list" ] || return 0
  folder=$list list= missing=
  [ -d "$1" ] || missing=',"missing":true'
  for file in "$1"/libplugin_*; do
    [ ! -e "$file" ] || add_json "${file##*/}"
  done
  frame "{\"event\":\"plugins\",\"folder\":$folder,\"files\":[$list]$missing}"
}

root=${DYNAMO_BENCH_ROOT:-}
output=${DYNAMO_BENCH_OUTPUT:-/dynamo-bench-output}
newline='
'
whitespace=$IFS
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
