#!/usr/bin/env bash
# Builds the library of GDRCopy. Its kernel module (gdrdrv) belongs to the node, where the GPU operator installs it.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

clone https://github.com/NVIDIA/gdrcopy.git "v$GDRCOPY_VERSION" gdrcopy
make -C gdrcopy prefix="$PREFIX" CUDA="$CUDA" lib lib_install
ldconfig
