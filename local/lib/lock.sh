# shellcheck shell=bash
# One `up` or `down` at a time: two that interleave would each take the other's half-started parts for broken ones.

# Everything that outlives the script must be started with `9>&-`, or it would hold the lock for as long as it lives.
take_lock() {
  exec 9>"$CACHE/lock"
  if ! flock -n 9; then
    say "waiting for another up or down to end"
    flock 9
  fi
}
