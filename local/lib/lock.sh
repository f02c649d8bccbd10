# shellcheck shell=bash
# Allows only one `up` or `down` at a time. Two at a time would treat each other's starting parts as broken ones.

# Start every process that outlives the script with `9>&-`. Otherwise it holds the lock until it ends.
take_lock() {
  exec 9>"$CACHE/lock"
  if ! flock -n 9; then
    say "waiting for another local/up.sh or local/down.sh to end"
    flock 9
  fi
}
