#!/usr/bin/env bash
# Builds the images of the Helm chart, localhost/dynamo-bench:local from dist and Temporal's development server, and
# imports them into the running nodes of the box. With TAG, the worker's image also gets the name localhost/dynamo-bench:TAG.
#
#   local/import-images.sh [TAG...]
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
for file in paths log lock parts preflight packages image-store; do
  # shellcheck disable=SC1090
  source "$(dirname "${BASH_SOURCE[0]}")/lib/$file.sh"
done

prepare_folders
take_lock
trap 'kill_part setup' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

archives=$(as_setup bash "$LOCAL/images/build.sh" --chart 9>&-) || fail "Building the images of the chart failed."
for folder in "$STATE"/nodes/*/; do
  [ -S "$folder/containerd.sock" ] || fail "The box is not running: run local/up.sh first."
  import_new_images "$(basename "$folder")" "$archives"
  for tag; do
    ctr --address "$folder/containerd.sock" --namespace k8s.io images tag --force localhost/dynamo-bench:local \
      "localhost/dynamo-bench:$tag" >>"$LOGS/image-store.log"
  done
done
