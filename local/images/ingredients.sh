# shellcheck shell=bash
# Fetches the parts of the images from the host's packages, wheels and the distribution's mirror.

# Installs missing programs of this machine.
declare -A PACKAGE_OF=(
  [gcc]=gcc [objdump]=binutils [debootstrap]=debootstrap [python3]=python3 [unshare]=util-linux [tar]=tar
)

need_programs() {
  local missing=() name
  for name in "${!PACKAGE_OF[@]}"; do
    command -v "$name" >/dev/null || missing+=("${PACKAGE_OF[$name]}")
  done
  [ -e /usr/include/stdio.h ] || missing+=(libc6-dev)
  python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
  [ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
}

install_packages() {
  say "installing packages of this machine: $*"
  apt_get update
  apt_get -y --no-install-recommends install "$@"
}

# Runs apt-get under the lock that the other scripts of the box also take, because only one apt-get can run at a time.
apt_get() {
  (
    flock 8
    export DEBIAN_FRONTEND=noninteractive
    quietly apt-get -o DPkg::Lock::Timeout=300 -qq "$@"
  ) 8>"$CACHE/apt.lock"
}

# fetch_package FOLDER NAME: unpacks a package's files without installing it.
fetch_package() {
  # A machine without package lists needs an update first.
  apt-cache show "$2" >/dev/null 2>&1 || apt_get update
  # apt downloads as another user, which needs write access.
  install -d -m 777 "$WORK/deb"
  (cd "$WORK/deb" && quietly apt-get download "$2")
  dpkg-deb -x "$WORK/deb/$2"_*.deb "$1"
}

host_release() {
  # shellcheck disable=SC1091
  (. /etc/os-release && echo "${VERSION_CODENAME:?this release has no code name that debootstrap could use}")
}

# Prints the mirror from which apt of this machine gets its release.
host_mirror() {
  local release=$1 uri
  # shellcheck disable=SC2016 # apt's variables
  uri=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
    awk -v release="$release" '$2 == release && $3 == "main" { print $1; exit }')
  case $uri in
    # The URI names a file with a list of mirrors, but debootstrap needs one mirror.
    mirror+file:*) uri=$(awk '/^https?:/ { print $1; exit }' "${uri#mirror+file:}") ;;
  esac
  [ -n "$uri" ] || fail "apt has no mirror of $release configured; add one to build the base system of the images."
  echo "$uri"
}

# Prints the version of Python in a system tree, such as 3.11.
python_of() {
  chroot "$1" /usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])'
}

PIP_PLATFORMS=(
  manylinux_2_28 manylinux_2_27 manylinux_2_24 manylinux_2_17 manylinux2014 manylinux1
  # Last, because pip prefers the first: packages that only newer systems run.
  manylinux_2_34 manylinux_2_31 manylinux_2_26
)

# fetch_wheels FOLDER PYTHON REQUIREMENT...: fetches wheels for the image's Python with the pip of this machine, because
# pip inside the image would need the proxies and certificates of this machine.
fetch_wheels() {
  local folder=$1 python=$2 platform arguments=(--no-deps --only-binary=:all: --quiet --disable-pip-version-check)
  shift 2
  for platform in "${PIP_PLATFORMS[@]}"; do arguments+=(--platform "${platform}_x86_64"); done
  [ "$python" = any ] || arguments+=(--python-version "$python" --implementation cp)
  [ -x "$WORK/venv/bin/pip" ] || quietly python3 -m venv "$WORK/venv"
  mkdir -p "$folder"
  quietly "$WORK/venv/bin/pip" download "${arguments[@]}" --dest "$folder" "$@"
}

# open_wheel FOLDER NAME INTO: unpacks a wheel, which is a zip file. Does not install it, because the images omit most
# of it, and because pip's --target drops the folders that contain libfabric.
open_wheel() {
  mkdir -p "$3"
  python3 -m zipfile -e "$1"/"$2"-[0-9]*.whl "$3"
}

# precompile TREE FOLDER...: compiles to bytecode with the image's Python. Does not use time stamps for validation: all
# are zero in the image, so Python would compile everything again at each start.
precompile() {
  local tree=$1
  shift
  quietly chroot "$tree" /usr/bin/python3 -m compileall -q --invalidation-mode unchecked-hash "$@"
}

# precompile_layer LAYER FOLDER: does the same for a layer without its own Python.
precompile_layer() {
  # shellcheck disable=SC2016 # the inner shell's variables
  quietly unshare --mount bash -euc '
    mkdir -p "$1/mnt"
    mount --bind "$2" "$1/mnt"
    chroot "$1" /usr/bin/python3 -m compileall -q --invalidation-mode unchecked-hash -s /mnt -p / "/mnt$3"
  ' precompile "$SYSTEM_TREE" "$1" "$2"
}
