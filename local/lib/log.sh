# shellcheck shell=bash
# Prints messages for people to standard error, one per line with the seconds since the start. Standard output is for
# results.

say() {
  printf '%4ds  %s\n' "$SECONDS" "$*" >&2
}

fail() {
  printf '\n%s\n' "$*" >&2
  exit 1
}

# fail_with_log MESSAGE LOGFILE: also prints the last lines of the log, which nearly always contain the reason.
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
