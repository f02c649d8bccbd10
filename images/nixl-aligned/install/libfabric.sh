#!/usr/bin/env bash
# Builds libfabric with the EFA provider, its tools and fi_pingpong.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

fetch "https://github.com/ofiwg/libfabric/releases/download/v$LIBFABRIC_VERSION/libfabric-$LIBFABRIC_VERSION.tar.bz2" \
  libfabric.tar.bz2 "$LIBFABRIC_SHA512"
tar -xf libfabric.tar.bz2
cd "libfabric-$LIBFABRIC_VERSION"
[ -e configure ] || ./autogen.sh
./configure --prefix="$PREFIX" --enable-efa --disable-verbs --disable-psm3 --disable-opx --disable-usnic --disable-rstream \
  --with-cuda="$CUDA" --enable-cuda-dlopen --with-gdrcopy="$PREFIX" --enable-gdrcopy-dlopen
make -j "$JOBS"
make install
ldconfig
