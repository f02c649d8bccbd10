#!/usr/bin/env bash
# Builds the guest of the RDMA test from packages of the distribution, without installing them: a kernel, and the files that
# are unpacked into its memory at boot. Makes a folder with vmlinuz, files.cpio and busybox.
#
#   local/rdma/build.sh FOLDER
set -euo pipefail
# shellcheck source=../lib/paths.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/paths.sh"

# Packages of the guest, beside the kernel and what these depend on.
PACKAGES=(busybox-static dash kmod iproute2 ibverbs-providers ucx-utils)
MODULES=(crc32_generic veth ib_uverbs rdma_rxe)

FOLDER=$1
WORK=$FOLDER.partial
FILES=$WORK/files
KERNEL=$WORK/kernel
trap 'rm -rf "$WORK"' EXIT

# Downloads the packages as for a system on which nothing is installed. apt checks them against the signed lists.
fetch_packages() {
  local kernel
  # apt downloads as another user, which needs write access.
  install -d -m 777 "$WORK"/debs{,/partial} "$WORK/kernel-deb"
  : >"$WORK/status"
  exec 8>"$CACHE/apt.lock"
  flock 8
  apt-cache show linux-image-amd64 >/dev/null 2>&1 || apt-get -o DPkg::Lock::Timeout=300 -qq update
  apt-get -qq -y --no-install-recommends --download-only -o Debug::NoLocking=1 -o Dir::State::status="$WORK/status" \
    -o Dir::Cache::archives="$WORK/debs/" install "${PACKAGES[@]}"
  kernel=$(apt-cache depends --important linux-image-amd64 | awk '$1 == "Depends:" && !name { name = $2 } END { print name }')
  (cd "$WORK/kernel-deb" && apt-get -qq download "$kernel")
  exec 8>&-
}

unpack() { # PACKAGE INTO OPTION...
  local package=$1 into=$2
  shift 2
  dpkg-deb --fsys-tarfile "$package" | tar -x --no-same-owner --keep-directory-symlink "$@" -C "$into"
}

# Unpacks into merged folders, /bin being /usr/bin, whatever a package says.
unpack_packages() {
  local name package
  for name in bin sbin lib lib64; do
    mkdir -p "$FILES/usr/$name" "$KERNEL/usr/$name"
    ln -s "usr/$name" "$FILES/$name"
    ln -s "usr/$name" "$KERNEL/$name"
  done
  for package in "$WORK"/debs/*.deb; do unpack "$package" "$FILES" --exclude='./usr/share/*' --exclude='./var/*'; done
  unpack "$WORK"/kernel-deb/*.deb "$KERNEL"
}

# Runs depmod of the guest on this machine. depmod is kmod by another name; its link in the package can be an absolute one,
# which would lead to the kmod of this machine, or to nothing.
depmod() {
  ln -sf files/bin/kmod "$WORK/depmod"
  "$FILES/lib64/ld-linux-x86-64.so.2" --library-path "$FILES/lib/x86_64-linux-gnu" "$WORK/depmod" "$@"
}

# Copies the modules of the guest with those that they need. A kernel can contain a module, and then has no file of it.
take_modules() { # VERSION
  local from=$KERNEL/lib/modules/$1 into=$FILES/lib/modules/$1 module path
  depmod -b "$KERNEL" "$1"
  for module in "${MODULES[@]}"; do
    awk -v "file=/$module.ko" 'index($1, file) { sub(":", ""); print }' "$from/modules.dep" | tr ' ' '\n' >>"$WORK/modules"
  done
  while read -r path; do install -D -m 644 "$from/$path" "$into/$path"; done < <(sort -u "$WORK/modules" | grep .)
  cp "$from"/modules.{builtin,order} "$into/"
  depmod -b "$FILES" "$1"
}

mkdir -p "$KERNEL" "$FILES"/{dev,etc,host,proc,run,root,sys,tmp,var}
ln -s ../run "$FILES/var/run"
fetch_packages
unpack_packages
VERSION=$(basename "$KERNEL"/lib/modules/*)
take_modules "$VERSION"
mkdir "$WORK/guest"
cp "$FILES/bin/busybox" "$WORK/guest/"
(cd "$FILES" && find . | bin/busybox cpio -o -H newc -R 0:0) >"$WORK/guest/files.cpio"
cp "$KERNEL/boot/vmlinuz-$VERSION" "$WORK/guest/vmlinuz"
mv "$WORK/guest" "$FOLDER"
