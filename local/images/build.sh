#!/usr/bin/env bash
# Builds the missing container images of the local cluster and prints the paths of all OCI archives, one per line.
# Prints progress to standard error.
#
#   build.sh          the images of ranks, etcd, Dynamo and load, which every node of the box has from its start
#   build.sh --chart  the images of the Helm chart: the worker, as it is built in dist, and Temporal's development server
#
# Stores archives and layers in $DYNAMO_BENCH_CACHE/images (default ~/.cache/dynamo-bench/images), under names with a
# hash of all their inputs.
set -euo pipefail

IMAGES=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${DYNAMO_BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dynamo-bench}
STORE=$CACHE/images
WORK=$STORE/work
LOG=$STORE/build.log
SYSTEM_TREE=$WORK/system

for part in versions ingredients layers inference-layers chart-layers; do
  # shellcheck source=/dev/null
  . "$IMAGES/$part.sh"
done

PATH_IN_IMAGE=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

say() { printf '%4ds  images: %s\n' "$SECONDS" "$*" >&2; }

fail() {
  printf '\n%s\n' "$*" >&2
  exit 1
}

# Runs a command and shows its output only when it fails.
quietly() {
  "$@" >"$LOG" 2>&1 </dev/null || {
    tail -n 20 "$LOG" | sed 's/^/    /' >&2
    fail "A command of the image build failed; see the end of its log above, or the whole log in $LOG. Command: $*"
  }
}

# Lists the inputs of each layer: files, and the functions that make it. Does not list whole scripts, so that a change
# of one layer does not rebuild the others.
declare -A FILES_OF=(
  [pause]="pause"
  [etcd]="versions.sh"
  [system]=""
  [tools]="versions.sh bench/stub bench/prune_libraries.py"
  [nixlbench]="bench/bin bench/nixlbench bench/faults"
  [model]="dynamo/model-requirements.txt dynamo/make_model.py dynamo/make_weights.py"
  [dynamo]="versions.sh dynamo/requirements.txt dynamo/stub_cuda.py"
  [events]="dynamo/wait_for_events.c"
  [aiperf]="aiperf/requirements.txt aiperf/aiperf"
  [debian]=""
  [node]="../../package-lock.json"
  [packages]="../../package-lock.json ../../image"
  [product]="../../dist ../../image ../../manifests ../../charts/dynamo-bench/files ../../package.json ../../package-lock.json ../../NOTICE"
  [temporal]="chart-layers.sh"
)
declare -A FUNCTIONS_OF=(
  [pause]="layer_pause"
  [etcd]="layer_etcd fetch_wheels"
  [system]="layer_system shrink_system precompile"
  [tools]="layer_tools tools_ucx tools_nixl tools_libfabric fetch_wheels precompile_layer"
  [nixlbench]="layer_nixlbench precompile_layer"
  [model]="layer_model fetch_wheels"
  [dynamo]="layer_dynamo dynamo_torch dynamo_vllm dynamo_strip site_packages fetch_wheels precompile_layer"
  [events]="layer_events"
  [aiperf]="layer_aiperf site_packages fetch_wheels precompile_layer"
  [debian]="layer_debian fetch_package"
  [node]="layer_node"
  [packages]="layer_packages"
  [product]="layer_product"
  [temporal]="layer_temporal fetch_wheels"
)

hash_of() { # LAYER
  local files functions
  read -ra files <<<"${FILES_OF[$1]}"
  read -ra functions <<<"${FUNCTIONS_OF[$1]}"
  {
    # Includes the release of the distribution, because each has another Python and other libraries.
    echo "$1 $(host_release)"
    declare -f "${functions[@]}"
    cd "$IMAGES"
    [ ${#files[@]} = 0 ] ||
      find "${files[@]}" -path ../../dist/test -prune -o -type f ! -name '*.pyc' ! -name 'test_*' -print0 | sort -z | xargs -0 sha256sum
  } | sha256sum | cut -c 1-16
}

layer_file() { echo "$STORE/layer-$1-$(hash_of "$1").tar"; }

build_layer() { # LAYER
  local name=$1 file folder=$WORK/layer-$1
  file=$(layer_file "$name")
  [ ! -e "$file" ] || return 0
  case $name in tools | nixlbench | model | dynamo | aiperf) unpack_system ;; esac
  mkdir -p "$folder"
  "layer_$name" "$folder"
  # Makes the build reproducible: fixes the order, and omits times and names of the building machine.
  tar --sort=name --mtime=@0 --numeric-owner --owner=0 --group=0 --format=gnu -C "$folder" -cf "$file.partial" .
  mv "$file.partial" "$file"
  rm -rf "$folder"
}

# Unpacks the base system into a folder, for steps that run its Python.
unpack_system() {
  [ ! -d "$SYSTEM_TREE" ] || return 0
  build_layer system
  mkdir -p "$SYSTEM_TREE"
  tar -xf "$(layer_file system)" -C "$SYSTEM_TREE"
}

# Whether to build only the images of the Helm chart. They are not in the store with which every node starts, because each
# build of the product changes them; local/import-images.sh brings them to the nodes.
WANTS_CHART=no

# Whether to build the images of inference tests. They take 4 GB, so they are built only on request.
wants_inference() { [ "${DYNAMO_BENCH_INFERENCE:-no}" = yes ]; }

is_wanted() { # FILE-STEM
  case $1 in
    dynamo-bench | temporal) [ "$WANTS_CHART" = yes ] ;;
    dynamo | aiperf) [ "$WANTS_CHART" = no ] && wants_inference ;;
    *) [ "$WANTS_CHART" = no ] ;;
  esac
}

image() { # FILE-STEM NAME CONFIG LAYER...
  local stem=$1 name=$2 config=$3 layer files=() key archive
  shift 3
  # The worker's inputs exist only after a build of the product, so its present files are kept without their keys.
  if [ "$stem" = dynamo-bench ] && ! is_wanted "$stem"; then
    KEEP+=("$STORE/$stem"-*.tar "$STORE"/layer-{debian,node,packages,product}-*.tar)
    return
  fi
  for layer; do files+=("$(layer_file "$layer")"); done
  key=$(printf '%s\n' "$name" "$config" "${files[@]##*/}" "$(sha256sum <"$IMAGES/oci_archive.py")" | sha256sum | cut -c 1-16)
  archive=$STORE/$stem-$key.oci.tar
  KEEP+=("$archive" "${files[@]}")
  is_wanted "$stem" || return 0
  if [ ! -e "$archive" ]; then
    for layer; do build_layer "$layer"; done
    ! declare -F "check_$stem" >/dev/null || "check_$stem"
    say "packing $name"
    python3 "$IMAGES/oci_archive.py" "$archive.partial" "$name" "$config" "${files[@]}"
    mv "$archive.partial" "$archive"
  fi
  ARCHIVES+=("$archive")
}

remove_outdated() {
  local file
  for file in "$STORE"/*.tar; do
    [[ " ${KEEP[*]} " == *" $file "* ]] || rm -f "$file"
  done
}

main() {
  case ${1:-} in
    '') ;;
    --chart)
      WANTS_CHART=yes
      [ -e "$CHECKOUT/dist/worker/main.js" ] || fail "The worker is not built, so it has no image: run npm run build first."
      ;;
    *) fail "usage: local/images/build.sh [--chart]" ;;
  esac
  mkdir -p "$STORE"
  exec 7>"$STORE/lock"
  flock -n 7 || {
    say "waiting for another build of the images"
    flock 7
  }
  [ "$(id -u)" = 0 ] || fail "Building the images needs root, for debootstrap and chroot: sudo make up"
  # Removes the folder of a killed build. It contains no mounts, because these end with the namespaces of the build.
  rm -rf "$WORK" "$STORE"/*.partial
  mkdir -p "$WORK"
  trap 'rm -rf "$WORK"' EXIT
  need_programs

  ARCHIVES=() KEEP=()
  all_images
  remove_outdated
  printf '%s\n' "${ARCHIVES[@]}"
}

all_images() {
  image pause localhost/pause:3.10 '{"Entrypoint":["/pause"],"User":"65535:65535"}' pause
  image etcd localhost/etcd:3.5.1 \
    "{\"Cmd\":[\"/usr/local/bin/etcd\"],\"Env\":[\"PATH=$PATH_IN_IMAGE\",\"ETCDCTL_API=3\"]}" etcd
  image bench docker.io/library/nixl-aligned:0.7.1-bench \
    "{\"Cmd\":[\"/bin/sh\"],\"Env\":[\"PATH=$PATH_IN_IMAGE\",\"ETCDCTL_API=3\",\"NIXL_PLUGIN_DIR=/opt/nixl/site-packages/.nixl_cu12.mesonpy.libs/plugins\"]}" \
    system tools nixlbench
  image dynamo localhost/dynamo:1.6.1 \
    "{\"Cmd\":[\"/bin/sh\"],\"Env\":[\"PATH=$PATH_IN_IMAGE\"$(printf ',"%s"' "${DYNAMO_ENVIRONMENT[@]}")]}" \
    "${DYNAMO_LAYERS[@]}"
  image aiperf localhost/aiperf:0.13.0 "{\"Cmd\":[\"/bin/sh\"],\"Env\":[\"PATH=$PATH_IN_IMAGE\"]}" "${AIPERF_LAYERS[@]}"
  image dynamo-bench localhost/dynamo-bench:local \
    "{\"Cmd\":[\"node\",\"dist/worker/main.js\"],\"Env\":[\"PATH=$PATH_IN_IMAGE\",\"NODE_ENV=production\",\"HOME=/tmp\",\"RESULTS_DIR=/results\"],\"User\":\"1000:1000\",\"WorkingDir\":\"/dynamo-bench\"}" \
    debian node packages product
  image temporal "localhost/temporal:${TEMPORAL_WHEEL##*==}" \
    "{\"Entrypoint\":[\"/usr/local/bin/temporal\"],\"Env\":[\"PATH=$PATH_IN_IMAGE\",\"HOME=/tmp\"],\"User\":\"1000:1000\"}" temporal
}

main "$@"
