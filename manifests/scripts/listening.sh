#!/bin/sh
# Succeeds when every given TCP port has a listener. Do not connect to check this: ucx_perftest serves one client and
# ends, and a test connection would be that client. The script reads the kernel's tables instead.

for port in "$@"; do
  found=no
  hex=$(printf '%04X' "$port")
  for table in /proc/net/tcp /proc/net/tcp6; do
    [ -r "$table" ] || continue
    while read -r _ local_address _ state _; do
      case $local_address/$state in *:"$hex"/0A) found=yes ;; esac
    done < "$table"
  done
  [ "$found" = yes ] || exit 1
done
