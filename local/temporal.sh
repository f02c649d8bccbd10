#!/usr/bin/env bash
# Runs Temporal's command line with the given arguments. Installs it first if it is missing. Tests start their own
# server with it:
#
#   local/temporal.sh server start-dev --headless --port 7300
set -euo pipefail
for file in paths log lock parts preflight packages python temporal; do
  # shellcheck disable=SC1090
  source "$(dirname "${BASH_SOURCE[0]}")/lib/$file.sh"
done
if [ ! -x "$TEMPORAL" ]; then
  check_machine_for_temporal
  prepare_folders
  take_lock
  ensure_temporal_program
  exec 9>&-
fi
exec "$TEMPORAL" "$@"
