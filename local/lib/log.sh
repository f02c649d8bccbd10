# shellcheck shell=bash
# Prints messages for people, one a line with the seconds since the start, on standard error. Standard output is for
# results.

say() {
  printf '%4ds  %s\n' "$SECONDS" "$*" >&2
}

fail() {
  printf '\n%s\n' "$*" >&2
  exit 1
}

# fail_with_log MESSAGE LOGFILE: prints the last lines of the log as well, which nearly always show the reason.
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
