# shellcheck shell=bash
# Starts, finds and kills the processes of the box ("parts"). Two environment variables, which children inherit, mark
# the processes of a part. Do not use pid files: a script that is killed before it writes the file would lose the
# process, and a pid can be reused. A scan for the variables always finds all remaining processes of a box.

pids_with() { # VARIABLE=VALUE
  { grep -lzsxF -- "$1" /proc/[0-9]*/environ || true; } | cut -d/ -f3
}

part_pids() { pids_with "DYNAMO_BENCH_PART=$STATE/$1"; }
box_pids() { pids_with "DYNAMO_BENCH_BOX=$STATE"; }

part_runs() { [ -n "$(part_pids "$1")" ]; }

# Runs a command in the environment of a part: with the marks, and without the user's variables.
as_part() { # NAME COMMAND...
  local name=$1
  shift
  env -i PATH="$PATH" HOME="$HOME" LANG=C.UTF-8 \
    DYNAMO_BENCH_BOX="$STATE" DYNAMO_BENCH_PART="$STATE/$name" "$@"
}

# Runs set-up work with the user's environment: proxies, mirrors, certificates. The mark lets the next script find
# set-up work that a killed script left running.
as_setup() { # COMMAND...
  env DYNAMO_BENCH_BOX="$STATE" DYNAMO_BENCH_PART="$STATE/setup" DYNAMO_BENCH_CACHE="$CACHE" "$@"
}

start_part() { # NAME COMMAND...
  local name=$1
  shift
  as_part "$name" setsid "$@" >>"$LOGS/$name.log" 2>&1 </dev/null 9>&- &
  # Waits until the process has its mark, which it gets only with exec. Before, part_runs would report the part as
  # ended.
  until part_runs "$name"; do
    kill -0 $! 2>/dev/null || return 0
    sleep 0.02
  done
}

# Kills parts without a grace period, because the API server would take long to stop, and all files of the parts are
# removed anyway.
kill_pids() { # LISTING-FUNCTION [NAME]
  local deadline=$((SECONDS + 15)) pids
  while pids=$("$@") && [ -n "$pids" ]; do
    # shellcheck disable=SC2086 # one argument per pid
    kill -KILL $pids 2>/dev/null || true
    [ "$SECONDS" -lt "$deadline" ] || fail "Processes of the local cluster did not end within 15 s after SIGKILL: $(echo "$pids" | tr '\n' ' '). See: ps -o pid,stat,args -p PID"
    sleep 0.05
  done
}

kill_part() { kill_pids part_pids "$1"; }
kill_box() { kill_pids box_pids; }

# Prints the log that shows why a part failed. For a node, this is the log of its kubelet.
log_of() {
  if [ -f "$LOGS/$1-kubelet.log" ]; then echo "$LOGS/$1-kubelet.log"; else echo "$LOGS/$1.log"; fi
}

# wait_for SECONDS PART CONDITION COMMAND...: waits until COMMAND succeeds. Fails when the part ends, or after SECONDS.
wait_for() {
  local deadline=$((SECONDS + $1)) part=$2 what=$3
  shift 3
  until "$@" >/dev/null 2>&1; do
    part_runs "$part" || fail_with_log "$part ended before this condition was met: $what." "$(log_of "$part")"
    [ "$SECONDS" -lt "$deadline" ] || fail_with_log "$part did not meet this condition within the time limit: $what." "$(log_of "$part")"
    sleep 0.1
  done
}
