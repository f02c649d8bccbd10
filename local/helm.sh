#!/usr/bin/env bash
# Prints the path of a helm program. Builds it from the Go module registry the first time (2 to 3 min on two cores, 60
# MB). Only the tests that install the Dynamo platform need it. Workers on a real cluster use the helm on their PATH.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
for file in paths log lock parts preflight packages python go; do
  # shellcheck disable=SC1090
  source "$(dirname "${BASH_SOURCE[0]}")/lib/$file.sh"
done

HELM_VERSION=v3.19.4
HELM_FOLDER=$CACHE/helm-$HELM_VERSION
HELM_BUILD_TIME="2 to 3 minutes on two cores, once"

build_helm() {
  local go log=$LOGS/helm-build.log partial=$HELM_FOLDER.partial started=$SECONDS last=$SECONDS
  go=$(ensure_go)
  say "building helm $HELM_VERSION ($HELM_BUILD_TIME); log: $log"
  rm -rf "$partial"
  # Uses a separate Go cache, because the object files are useless after the build. Uses the user's module folder,
  # because it may contain the modules from other Go builds.
  as_setup GOBIN="$partial" GOCACHE="$partial/cache" GOFLAGS=-buildvcs=false GOTOOLCHAIN=local CGO_ENABLED=0 \
    nice "$go" install -p=2 -trimpath -ldflags '-s -w' "helm.sh/helm/v3/cmd/helm@$HELM_VERSION" >"$log" 2>&1 9>&- &
  local build=$!
  while kill -0 "$build" 2>/dev/null; do
    sleep 0.5
    if [ $((SECONDS - last)) -ge 10 ]; then
      last=$SECONDS
      say "building helm: $(minutes_and_seconds $((SECONDS - started))) of $HELM_BUILD_TIME"
    fi
  done
  wait "$build" || { rm -rf "$partial"; fail_with_log "Building helm failed." "$log"; }
  rm -rf "$partial/cache"
  mv "$partial" "$HELM_FOLDER"
  say "helm built in $(minutes_and_seconds $((SECONDS - started)))"
}

if [ ! -x "$HELM_FOLDER/helm" ]; then
  prepare_folders
  take_lock
  trap 'kill_part setup' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  # Checks again, because another process may have built helm during the wait for the lock.
  [ -x "$HELM_FOLDER/helm" ] || build_helm
fi
echo "$HELM_FOLDER/helm"
