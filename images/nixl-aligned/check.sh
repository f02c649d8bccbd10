#!/bin/sh
# Prints the versions in the image, in the words of the suite's probe, and compares them with those for which the image was
# built. Fails when one differs, when a plug-in of NIXL is missing or cannot be loaded, or when nixlbench has no etcd.
#
#   NIXL_ALIGNED_VERSIONS   file with the versions; default: /etc/nixl-aligned/versions.env

# shellcheck source=versions/1.5.2.env
. "${NIXL_ALIGNED_VERSIONS:-/etc/nixl-aligned/versions.env}"
plugins=${NIXL_PLUGIN_DIR:-/usr/local/nixl/lib/plugins}
failed=0

fail() { # MESSAGE
  printf 'FAILED %s\n' "$1"
  failed=1
}

compare() { # NAME EXPECTED FOUND
  printf '%s: %s\n' "$1" "${3:-not found}"
  [ "$2" = "$3" ] || fail "$1: expected $2"
}

first() { # PATTERN
  sed -n "s/$1/\\1/p" | head -n 1
}

compare ucx "$UCX_VERSION" "$(ucx_info -v 2> /dev/null | first '^# Library version: *\([0-9.]*\).*')"
compare libfabric "$LIBFABRIC_VERSION" "$(fi_info --version 2> /dev/null | first '^libfabric: *\([0-9.]*\).*')"
compare nixl "$NIXL_VERSION" "$(pkg-config --modversion nixl 2> /dev/null)"
compare efa-installer "$EFA_INSTALLER_VERSION" \
  "$(first '.*EFA installer version: *\([0-9.]*\).*' 2> /dev/null < "${EFA_PACKAGES:-/opt/amazon/efa_installed_packages}")"
for program in ucx_perftest fi_pingpong nixlbench; do
  command -v "$program" > /dev/null || fail "$program: not on the PATH"
done
nixlbench --help 2>&1 | grep -q etcd_endpoints || fail 'nixlbench: built without etcd'
for plugin in UCX LIBFABRIC; do
  file=$plugins/libplugin_$plugin.so
  if [ ! -e "$file" ]; then
    fail "NIXL's plug-in $plugin: $file is missing"
    continue
  fi
  # libcuda belongs to the driver, which the node provides.
  missing=$(ldd "$file" 2>&1 | grep -e 'not found' | grep -v 'libcuda\.so\.1')
  [ -z "$missing" ] || fail "NIXL's plug-in $plugin: $missing"
done
[ "$failed" -ne 0 ] || echo 'all versions are those for which the image was built'
exit "$failed"
