#!/bin/sh
# Main process of a probe pod: what the image and the node offer, in sections. A tool that the image lacks leaves its
# section empty; the suite decides what that means.
#
#   DYNAMO_BENCH_ETCD_HOST  host name that the ranks will have to resolve

section() {
  printf '@@dynamo-bench section %s\n' "$1"
}

present() { # SECTION COMMAND
  section "$1"
  if command -v "$2" > /dev/null 2>&1; then echo yes; else echo no; fi
}

section memlock
ulimit -l
section meminfo
cat /proc/meminfo
section environment
env
present fi-info-present fi_info
section fi-info-efa
fi_info -p efa 2>&1
section libfabric
fi_info --version 2>&1
section ucx
ucx_info -v 2>&1
present getent-present getent
section etcd-host
getent ahostsv4 "$DYNAMO_BENCH_ETCD_HOST" 2> /dev/null
section nixlbench-help
nixlbench --help 2>&1
section end
exit 0
