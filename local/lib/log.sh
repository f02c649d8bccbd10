# shellcheck shell=bash
# What the person at the terminal sees. One line a fact, with the seconds since the start, on standard error: standard
# output is left to results.

say() {
  printf '%4ds  %s\n' "$SECONDS" "$*" >&2
}

fail() {
  printf '\n%s\n' "$*" >&2
  exit 1
}

# fail_with_log MESSAGE LOGFILE: the last lines of a log are nearly always the reason, so nobody should have to open it.
fail_with_log() {
  {
    printf '\n%s The end of %s:\n\n' "$1" "$2"
    tail -n 20 "$2" | sed 's/^/    /'
  } >&2
  exit 1
}

minutes_and_seconds() {
  printf '%dm%02ds' $(($1 / 60)) $(($1 % 60))
}
