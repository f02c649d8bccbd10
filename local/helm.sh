#!/usr/bin/env bash
# Prints the path of a helm program, built from the Go module registry the first time (2 to 3 min on two cores, 60 MB).
# Only the tests of installing the Dynamo platform need it: workers of a real cluster bring their own.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for file in paths log parts preflight packages python go; do
  # shellcheck disable=SC1090
  source "$here/lib/$file.sh"
done

HELM_VERSION=v3.19.4
folder=$CACHE/helm-$HELM_VERSION

if [ ! -x "$folder/helm" ]; then
  prepare_folders
  go=$(ensure_go)
  say "building helm $HELM_VERSION (2 to 3 min, once); log: $LOGS/helm-build.log"
  rm -rf "$folder".partial
  as_setup GOBIN="$folder.partial" GOCACHE="$folder.partial/cache" GOFLAGS=-buildvcs=false GOTOOLCHAIN=local CGO_ENABLED=0 \
    nice "$go" install -p=2 -trimpath -ldflags '-s -w' "helm.sh/helm/v3/cmd/helm@$HELM_VERSION" >"$LOGS/helm-build.log" 2>&1 ||
    fail_with_log "helm did not build." "$LOGS/helm-build.log"
  rm -rf "$folder.partial/cache"
  mv "$folder.partial" "$folder"
fi
echo "$folder/helm"
