#!/usr/bin/env bash
# Runs two programs as pods of a virtual machine with soft-RoCE, one on each of two RDMA devices that are connected by a
# cable. Needs neither RDMA hardware nor KVM nor root; takes about 40 s, and 25 s more the first time.
#
#   local/rdma/run.sh FOLDER      lays the files of FOLDER/root over those of the guest, which starts the pods
#                                 /pods/server/start and /pods/client/start; writes FOLDER/console.log, server.log and
#                                 client.log. guest/init describes the pods
#   local/rdma/run.sh --prepare   installs qemu and builds the guest
#
#   DYNAMO_BENCH_GUEST_LIMIT   seconds after which the guest is ended; default: 240
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for file in paths log; do
  # shellcheck disable=SC1090
  source "$HERE/../lib/$file.sh"
done

[ $# = 1 ] || fail 'usage: local/rdma/run.sh FOLDER | --prepare'
mkdir -p "$CACHE"

# Prints the folder of the guest; another release or recipe has another one.
guest_folder() {
  local release
  # shellcheck disable=SC1091
  release=$(. /etc/os-release && echo "$ID-${VERSION_ID:-rolling}")
  echo "$CACHE/rdma-guest-$release-$(sha256sum <"$HERE/build.sh" | cut -c1-12)"
}

# Builds the guest when it is missing, one at a time.
ensure_guest() {
  exec 7>"$CACHE/rdma.lock"
  flock 7
  if [ ! -d "$GUEST" ]; then
    [ "$(uname -sm)" = 'Linux x86_64' ] || fail "The guest of the RDMA test needs Linux on x86_64, and this is $(uname -sm)."
    if ! command -v dpkg-deb >/dev/null || ! command -v apt-get >/dev/null; then
      fail 'The guest of the RDMA test is made from packages of Debian: run the test on a machine with apt-get and dpkg-deb.'
    fi
    say 'building the guest of the RDMA test'
    rm -rf "$CACHE"/rdma-guest-*
    "$HERE/build.sh" "$GUEST" >"$CACHE/rdma-build.log" 2>&1 ||
      fail_with_log 'The guest of the RDMA test could not be built. Check that this machine reaches its package mirror.' "$CACHE/rdma-build.log"
  fi
  QEMU=$("$LOCAL/test-packages.sh" qemu-system-x86)
  exec 7>&-
}

WORK=
PROCESS=
end() {
  [ -z "$PROCESS" ] || kill -KILL "$PROCESS" 2>/dev/null || true
  [ -z "$WORK" ] || rm -rf "$WORK"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

GUEST=$(guest_folder)
ensure_guest
[ "$1" != --prepare ] || exit 0
FOLDER=$(realpath "$1")
for pod in server client; do
  [ -x "$FOLDER/root/pods/$pod/start" ] || fail "$FOLDER/root/pods/$pod/start is missing or not executable."
done

# In the folder of the caller, who removes it also when this script is killed.
WORK=$(mktemp -d "$FOLDER/guest.XXXXXX")
mkdir -p "$WORK/root/etc/guest"
cp "$HERE"/guest/{cable.sh,pod} "$WORK/root/etc/guest/"
cp "$HERE/guest/init" "$WORK/root/"
cp -R "$FOLDER/root/." "$WORK/root/"
# The kernel unpacks several archives one after the other.
cp "$GUEST/files.cpio" "$WORK/initrd"
(cd "$WORK/root" && find . | "$GUEST/busybox" cpio -o -H newc -R 0:0 2>/dev/null) >>"$WORK/initrd"

CONSOLE=$FOLDER/console.log
# shellcheck disable=SC2054 # the commas belong to the emulator's options
ARGUMENTS=(
  -accel tcg,thread=multi -cpu max -smp 2 -m 1024
  -nodefaults -no-user-config -display none -no-reboot
  -kernel "$GUEST/vmlinuz" -initrd "$WORK/initrd"
  # The kernel restarts at a panic, which ends the guest.
  -append 'console=ttyS0 quiet panic=-1 rdinit=/init'
)
for log in console server client; do ARGUMENTS+=(-serial "file:$FOLDER/$log.log"); done
# The guest also ends when this script is killed.
setpriv --pdeathsig KILL "$QEMU" "${ARGUMENTS[@]}" </dev/null &
PROCESS=$!
LIMIT=${DYNAMO_BENCH_GUEST_LIMIT:-240}
while kill -0 "$PROCESS" 2>/dev/null; do
  [ "$SECONDS" -lt "$LIMIT" ] || fail_with_log "The guest of the RDMA test did not end within $LIMIT s." "$CONSOLE"
  sleep 0.2
done
wait "$PROCESS" || fail_with_log 'The emulator of the guest failed.' "$CONSOLE"
PROCESS=
grep -q '^guest: all pods ended' "$CONSOLE" || fail_with_log 'The guest of the RDMA test failed.' "$CONSOLE"
