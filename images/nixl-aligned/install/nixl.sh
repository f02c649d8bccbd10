#!/usr/bin/env bash
# Builds NIXL with its plug-ins UCX and LIBFABRIC against the libraries of the other scripts, and nixlbench with etcd.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

NIXL=$PREFIX/nixl
BENCH=$PREFIX/nixlbench
clone https://github.com/ai-dynamo/nixl.git "$NIXL_REF" source
read -ra OPTIONS <<< "$NIXL_OPTIONS"
meson setup source/build source --prefix="$NIXL" --libdir=lib --buildtype=release \
  -Ducx_path="$PREFIX" -Dlibfabric_path="$PREFIX" "${OPTIONS[@]}"
ninja -C source/build -j "$JOBS" install
printf '%s\n' "$NIXL/lib" "$NIXL/lib/plugins" > /etc/ld.so.conf.d/nixl.conf
ldconfig

# The probe of the suite asks pkg-config for the version, because this image has no Python package of NIXL.
BUILT=$(meson introspect --projectinfo source/build | python3 -c 'import json, sys; print(json.load(sys.stdin)["version"])')
install -d "$PREFIX/lib/pkgconfig"
[ -e "$PREFIX/lib/pkgconfig/nixl.pc" ] || cat > "$PREFIX/lib/pkgconfig/nixl.pc" << PC
prefix=$NIXL
Name: nixl
Description: NVIDIA Inference Xfer Library
Version: $BUILT
Libs: -L\${prefix}/lib -lnixl
Cflags: -I\${prefix}/include
PC

meson setup source/benchmark/nixlbench/build source/benchmark/nixlbench --prefix="$BENCH" --libdir=lib --buildtype=release \
  -Dnixl_path="$NIXL"
ninja -C source/benchmark/nixlbench/build -j "$JOBS" install
ln -sf "$BENCH/bin/nixlbench" "$PREFIX/bin/nixlbench"
