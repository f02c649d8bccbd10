# shellcheck shell=bash
# The box's processes ("parts"). A part is known by two variables in its environment, which its children inherit, and
# not by a pid file: a script that is killed between starting a process and writing its file would lose it, and a pid
# can come to mean another process. So whatever happened, a scan finds all that is left of a box.

pids_with() { # VARIABLE=VALUE
  { grep -lzsxF -- "$1" /proc/[0-9]*/environ || true; } | cut -d/ -f3
}

part_pids() { pids_with "DYNAMO_BENCH_PART=$STATE/$1"; }
box_pids() { pids_with "DYNAMO_BENCH_BOX=$STATE"; }

part_runs() { [ -n "$(part_pids "$1")" ]; }

# The environment of a part: the marks, and nothing of the user's own variables.
as_part() { # NAME COMMAND...
  local name=$1
  shift
  env -i PATH="$PATH" HOME="$HOME" LANG=C.UTF-8 \
    DYNAMO_BENCH_BOX="$STATE" DYNAMO_BENCH_PART="$STATE/$name" "$@"
}

# Set-up work keeps the user's environment: proxies, mirrors, certificates. A script that was killed leaves it behind, and
# the mark is how the next one finds it.
as_setup() { # COMMAND...
  env DYNAMO_BENCH_BOX="$STATE" DYNAMO_BENCH_PART="$STATE/setup" DYNAMO_BENCH_CACHE="$CACHE" "$@"
}

start_part() { # NAME COMMAND...
  local name=$1
  shift
  as_part "$name" setsid "$@" >>"$LOGS/$name.log" 2>&1 </dev/null 9>&- &
  # It bears its mark only when it has taken the place of the shell's copy: who looks sooner takes it for ended.
  until part_runs "$name"; do
    kill -0 $! 2>/dev/null || return 0
    sleep 0.02
  done
}

# Kills parts without a grace period: everything that they leave is removed with them, and the API server would take long
# to stop.
kill_pids() { # LISTING-FUNCTION [NAME]
  local deadline=$((SECONDS + 15)) pids
  while pids=$("$@") && [ -n "$pids" ]; do
    # shellcheck disable=SC2086 # one argument a pid
    kill -KILL $pids 2>/dev/null || true
    [ "$SECONDS" -lt "$deadline" ] || fail "these processes of the box survived SIGKILL: $(echo "$pids" | tr '\n' ' ')"
    sleep 0.05
  done
}

kill_part() { kill_pids part_pids "$1"; }
kill_box() { kill_pids box_pids; }

# A node's first process logs little; the reason is in the log of its kubelet.
log_of() {
  if [ -f "$LOGS/$1-kubelet.log" ]; then echo "$LOGS/$1-kubelet.log"; else echo "$LOGS/$1.log"; fi
}

# wait_for SECONDS PART WHAT COMMAND...: waits until COMMAND succeeds, and fails when the part ends or time is up.
wait_for() {
  local deadline=$((SECONDS + $1)) part=$2 what=$3
  shift 3
  until "$@" >/dev/null 2>&1; do
    part_runs "$part" || fail_with_log "$part ended while waiting for this condition: $what." "$(log_of "$part")"
    [ "$SECONDS" -lt "$deadline" ] || fail_with_log "Not reached within the time limit: $what." "$(log_of "$part")"
    sleep 0.1
  done
}
