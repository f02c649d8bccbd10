# shellcheck shell=bash
# Allows one `up` or `down` at a time: each of two would take the other's half-started parts for broken ones.

# Start every process that outlives the script with `9>&-`, or it holds the lock for its lifetime.
take_lock() {
  exec 9>"$CACHE/lock"
  if ! flock -n 9; then
    say "waiting for another local/up.sh or local/down.sh to end"
    flock 9
  fi
}
