#!/usr/bin/env bash
# Installs the compilers and libraries of the distribution that the other scripts need. rdma-core comes with the EFA
# installer. meson of the distribution is too old for CUDA's newest versions, so it comes from the Python package index.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

PACKAGES=(
  build-essential autoconf automake libtool pkg-config cmake ninja-build git curl ca-certificates gnupg pciutils
  python3-dev python3-pip python3-venv pybind11-dev
  libhwloc-dev libnuma-dev libaio-dev liburing-dev libgflags-dev
  libcpprest-dev libssl-dev zlib1g-dev libcurl4-openssl-dev
)
[ -n "$GRPC_REF" ] || PACKAGES+=(libgrpc-dev libgrpc++-dev libprotobuf-dev protobuf-compiler-grpc)
packages "${PACKAGES[@]}"
# A folder of its own, because the distribution's Python refuses packages of the index.
python3 -m venv /opt/meson
/opt/meson/bin/pip install --quiet --no-cache-dir meson==1.9.1
ln -sf /opt/meson/bin/meson "$PREFIX/bin/meson"
