# shellcheck shell=bash
# Installs missing programs from the distribution. Checks for commands and not for packages, so that a machine keeps a
# containerd from another source.

declare -A PACKAGE_OF=(
  [containerd]=containerd [runc]=runc [nft]=nftables [ip]=iproute2 [tc]=iproute2 [sysctl]=procps
  [openssl]=openssl [curl]=curl [python3]=python3-venv [flock]=util-linux
)

CNI_PLUGINS=/usr/lib/cni

install_packages() {
  say "installing packages: $*"
  command -v apt-get >/dev/null || no_box_here "packages are missing ($*), and this machine has no apt-get to install them"
  # Takes a lock, because the kubebox build may run apt-get at the same time to install Python for its Go.
  (
    flock 8
    export DEBIAN_FRONTEND=noninteractive
    as_setup apt-get -o DPkg::Lock::Timeout=300 -qq update
    as_setup apt-get -o DPkg::Lock::Timeout=300 -qq -y --no-install-recommends install "$@"
  ) 8>"$CACHE/apt.lock" 9>&- >"$LOGS/packages.log" 2>&1 || {
    tail -n 5 "$LOGS/packages.log" >&2
    no_box_here "apt-get could not install $* (check that this machine reaches its package mirror; log: $LOGS/packages.log)"
  }
}

ensure_packages() {
  local missing=() name
  for name in containerd runc nft ip tc sysctl openssl curl; do
    command -v "$name" >/dev/null || missing+=("${PACKAGE_OF[$name]}")
  done
  [ -x "$CNI_PLUGINS/bridge" ] || missing+=(containernetworking-plugins)
  [ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
}
