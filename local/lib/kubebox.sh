# shellcheck shell=bash
# Builds one binary with all of Kubernetes from local/kubebox, once per machine, because no package contains these
# programs. Their sources are in the Go module registry.

KUBERNETES_VERSION=v1.37.2
KUBEBOX=$STATE/kubebox
BUILD_FOLDER=$CACHE/build
BUILD_TIME_TEXT="about 9 minutes on two cores, once"

kubebox_key() {
  (
    cd "$LOCAL/kubebox" || exit
    { go_version; sha256sum -- *.go go.mod go.sum; } | sha256sum | cut -c 1-16
  )
}

cached_kubebox() { echo "$CACHE/kubebox/$(kubebox_key)/kubebox"; }

# Creates the path that all other scripts use, which does not depend on the key.
link_kubebox() { ln -sfn "$(cached_kubebox)" "$KUBEBOX"; }

build_kubebox() {
  local go log=$LOGS/kubebox-build.log target started=$SECONDS version=k8s.io/component-base/version client=k8s.io/client-go/pkg/version
  target=$(cached_kubebox)
  go=$(ensure_go)
  say "building kubebox, Kubernetes $KUBERNETES_VERSION in one binary ($BUILD_TIME_TEXT); log: $log"
  rm -rf "$BUILD_FOLDER"
  mkdir -p "$BUILD_FOLDER/cache" "$(dirname "$target")"
  local flags="-s -w -X $version.gitVersion=$KUBERNETES_VERSION -X $version.gitMajor=1 -X $version.gitMinor=37 -X $client.gitVersion=$KUBERNETES_VERSION"
  # Uses a separate Go cache, because the 4 GB of object files are useless after the build.
  # Runs at low priority, so that the other, short set-up work does not wait for it.
  # Uses the user's module folder, because it may contain the modules (1 GB) from other Go builds.
  as_setup GOCACHE="$BUILD_FOLDER/cache" GOFLAGS=-buildvcs=false GOTOOLCHAIN=local CGO_ENABLED=0 \
    nice "$go" build -C "$LOCAL/kubebox" -p=2 -trimpath -ldflags "$flags" -o "$BUILD_FOLDER/kubebox" . >"$log" 2>&1 &
  local build=$! last=$SECONDS
  while kill -0 "$build" 2>/dev/null; do
    sleep 0.5
    # Stops the build when the script has ended. $$ is the pid of the script, also in a subshell.
    kill -0 $$ 2>/dev/null || { kill_part setup; rm -rf "$BUILD_FOLDER"; exit 1; }
    if [ $((SECONDS - last)) -ge 10 ]; then
      last=$SECONDS
      say "building kubebox: $(minutes_and_seconds $((SECONDS - started))) of $BUILD_TIME_TEXT"
    fi
  done
  if ! wait "$build"; then
    rm -rf "$BUILD_FOLDER"
    fail_with_log "Building kubebox failed." "$log"
  fi
  mv "$BUILD_FOLDER/kubebox" "$target"
  rm -rf "$BUILD_FOLDER"
  remove_other_kubeboxes "$target"
  say "kubebox built in $(minutes_and_seconds $((SECONDS - started)))"
}

remove_other_kubeboxes() {
  find "$CACHE/kubebox" -mindepth 1 -maxdepth 1 -type d ! -path "$(dirname "$1")" -exec rm -rf {} +
}

KUBEBOX_BUILD=

begin_kubebox() {
  if [ -x "$(cached_kubebox)" ]; then
    link_kubebox
  else
    check_disk_for_build
    (build_kubebox) 9>&- &
    KUBEBOX_BUILD=$!
  fi
}

abandon_kubebox() {
  # Ends the process that waits for the build before the build itself, because it would report a failure.
  [ -z "$KUBEBOX_BUILD" ] || kill -KILL "$KUBEBOX_BUILD" 2>/dev/null || true
}

finish_kubebox() {
  [ -n "$KUBEBOX_BUILD" ] || return 0
  wait "$KUBEBOX_BUILD" || fail "Building kubebox failed. The local cluster cannot start without it; see the log above."
  link_kubebox
}
