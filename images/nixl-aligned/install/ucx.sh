#!/usr/bin/env bash
# Builds UCX with EFA, verbs, CUDA and GDRCopy, and removes the copies of the base image, which NIXL would load by chance.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

rm -rf /opt/hpcx/ucx /usr/lib/ucx
clone https://github.com/openucx/ucx.git "$UCX_REF" ucx
cd ucx
./autogen.sh
./contrib/configure-release-mt --prefix="$PREFIX" --enable-shared --disable-static --disable-doxygen-doc --enable-cma \
  --enable-devel-headers --with-verbs --with-efa --with-dm --with-cuda="$CUDA" --with-gdrcopy="$PREFIX" --without-go --without-java
make -j "$JOBS"
make install-strip
ldconfig
