#!/bin/sh
# Main process of a load pod: runs the AIPerf command given as arguments, prints the files that it exports, each between
# JSON lines after a marker, and exits with AIPerf's exit code.

folder=${DYNAMO_BENCH_OUTPUT:-/dynamo-bench-output}/artifacts
# Limits the request log, because the kubelet keeps only the last 10 MB of a log and could drop the figures.
most_bytes=4000000

frame() {
  printf '\n@@dynamo-bench %s\n' "$1"
}

show() { # NAME COMMAND...
  name=$1
  shift
  frame "{\"event\":\"file\",\"name\":\"$name\"}"
  "$@"
  frame "{\"event\":\"end-file\"}"
}

# Prints a file without carriage returns, which container runtimes drop at the end of a line (containerd does), as in AIPerf's
# CSV.
without_returns() { # NAME
  tr -d '\r' < "$folder/$1"
}

# Prints a file with its checksum and size (POSIX cksum), so that a damaged copy in the log is never read.
show_file() { # NAME
  frame "{\"event\":\"file\",\"name\":\"$1\"}"
  without_returns "$1"
  sum=$(without_returns "$1" | cksum 2> /dev/null)
  # shellcheck disable=SC2086
  set -- ${sum:-}
  frame "{\"event\":\"end-file\"${2:+,\"cksum\":$1,\"bytes\":$2}}"
}

trap 'kill -TERM "$pid" 2> /dev/null' TERM INT
"$@" --artifact-dir "$folder" &
pid=$!
wait "$pid"
code=$?
while kill -0 "$pid" 2> /dev/null; do
  wait "$pid"
  code=$?
done

errors() {
  grep -o '"error":{.*' "$requests" | cut -c 1-300 | sort | uniq -c | sort -rn | head -n 20
}

requests=$folder/profile_export.jsonl
[ ! -s "$requests" ] || show errors.txt errors
if [ -s "$requests" ] && gzip -c "$requests" > "$requests.gz" && base64 "$requests.gz" > "$requests.gz.base64"; then
  size=$(wc -c < "$requests.gz.base64")
  [ "$size" -gt "$most_bytes" ] || show profile_export.jsonl.gz.base64 cat "$requests.gz.base64"
fi
[ ! -s "$folder/logs/aiperf.log" ] || show aiperf.log tail -c 200000 "$folder/logs/aiperf.log"
for name in profile_export_aiperf.csv profile_export_aiperf.json; do
  [ ! -s "$folder/$name" ] || show_file "$name"
done
frame "{\"event\":\"end\",\"exitCode\":$code}"
exit "$code"
