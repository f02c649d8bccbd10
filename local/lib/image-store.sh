# shellcheck shell=bash
# Imports the images once. The import of an image takes seconds, so a separate containerd imports all images into a
# store in the cache. A node starts with a copy of the store made of hard links, which takes a fraction of a second and
# no disk. This is safe because containers never write to image files: overlayfs only covers them.

# Prints the path of one OCI archive per line. Each name contains a hash of the inputs, so the names identify a store.
build_images() {
  as_setup bash "$LOCAL/images/build.sh" 9>&- || fail "Building the images failed."
}

store_of() { # ARCHIVES
  echo "$CACHE/image-store/$(echo "$1" | sha256sum | cut -c 1-16)"
}

ensure_image_store() { # ARCHIVES
  local store log=$LOGS/image-store.log
  store=$(store_of "$1")
  [ -d "$store" ] && return
  say "importing images"
  find "$CACHE/image-store" -mindepth 1 -maxdepth 1 -exec rm -rf {} + 2>/dev/null || true
  mkdir -p "$store.partial" "$STATE/image-store"
  write_containerd_config "$STATE/image-store" "$store.partial"
  # Runs in a separate mount namespace, so that the mounts for unpacking end with it.
  # shellcheck disable=SC2016,SC2086 # variables of the inner shell; one argument per archive
  as_setup unshare --mount --pid --fork --kill-child=SIGKILL --mount-proc bash -euc '
    folder=$1
    shift
    mount -t tmpfs tmpfs /run/containerd
    containerd --config "$folder/containerd.toml" --log-level warn &
    until [ -S "$folder/containerd.sock" ]; do sleep 0.05; done
    for archive; do
      ctr --address "$folder/containerd.sock" --namespace k8s.io images import "$archive"
    done
    kill %1
    wait
  ' import "$STATE/image-store" $1 9>&- >"$log" 2>&1 || fail_with_log "Importing the images failed." "$log"
  mv "$store.partial" "$store"
}

# Imports the images that have changed since the start of the node.
import_new_images() { # NODE ARCHIVES
  local folder=$STATE/nodes/$1 archive
  for archive in $2; do
    grep -qxF "$archive" "$folder/images" 2>/dev/null && continue
    say "$1: importing $(basename "$archive")"
    ctr --address "$folder/containerd.sock" --namespace k8s.io images import "$archive" >>"$LOGS/image-store.log" 2>&1 ||
      fail_with_log "Importing $archive into $1 failed." "$LOGS/image-store.log"
    echo "$archive" >>"$folder/images"
  done
}
