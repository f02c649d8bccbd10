# shellcheck shell=bash
# Sourced by the scripts of this folder: reads the versions, and fetches and builds sources.
set -euo pipefail

# shellcheck source=../versions/1.5.2.env
source "${VERSIONS_FILE:-/etc/nixl-aligned/versions.env}"
export DEBIAN_FRONTEND=noninteractive
PREFIX=${PREFIX:-/usr/local}
CUDA=${CUDA:-/usr/local/cuda}
JOBS=${JOBS:-$(nproc)}

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
cd "$WORK"

# Downloads a file and checks its SHA-512, unless it is empty. Prints the hash, so that it can be pinned.
fetch() { # URL FILE [SHA512]
  curl --fail --silent --show-error --location --retry 3 --output "$2" "$1"
  sha512sum "$2"
  [ -z "${3:-}" ] || echo "$3  $2" | sha512sum --check --quiet
}

# Fetches a tag of a repository with its submodules, and prints the commit, so that it can be pinned.
clone() { # URL TAG FOLDER
  git clone --quiet --depth 1 --recurse-submodules --shallow-submodules --branch "$2" "$1" "$3"
  printf '%s %s %s\n' "$1" "$2" "$(git -C "$3" rev-parse HEAD)"
}

packages() { # PACKAGE...
  apt-get -qq update
  apt-get -qq -y --no-install-recommends install "$@"
  rm -rf /var/lib/apt/lists/*
}

cmake_install() { # FOLDER OPTION...
  local folder=$1
  shift
  cmake -G Ninja -S "$folder" -B "$folder/build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$PREFIX" \
    -DCMAKE_PREFIX_PATH="$PREFIX" -DCMAKE_CXX_STANDARD="$CXX_STANDARD" -DBUILD_SHARED_LIBS=ON "$@"
  cmake --build "$folder/build" --parallel "$JOBS"
  cmake --install "$folder/build"
  ldconfig
}
