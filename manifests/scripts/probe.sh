#!/bin/sh
# Main process of a probe pod: prints the properties of the image and the node, in sections. A missing tool leaves its
# section empty; the suite decides whether that is a problem.
#
#   probe.sh [NAME PROGRAM HELP_OPTION]...  also prints the version and the options of each of these programs
#
#   DYNAMO_BENCH_ETCD_HOST  host name that the ranks must resolve
#   DYNAMO_BENCH_ROOT       prefix of /sys, /host/sys and /dev, for tests that simulate them

section() {
  printf '@@dynamo-bench section %s\n' "$1"
}

present() { # SECTION COMMAND
  section "$1"
  if command -v "$2" > /dev/null 2>&1; then echo yes; else echo no; fi
}

# Prints the addresses of the etcd host. The cluster DNS learns a new name a moment later, and up to half a minute later
# when the API server was down.
etcd_addresses() {
  command -v getent > /dev/null 2>&1 || return 0
  tries=30
  until getent ahostsv4 "$DYNAMO_BENCH_ETCD_HOST" 2> /dev/null; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 0
    sleep 1
  done
}

# Checks whether the name of a variable suggests a secret. Keep it in step with suite/secrets/secret-name.ts; a test runs both
# on the same names. The worker filters this output again, but the log of the pod has only this filter.
secret_name() { # NAME
  case $1 in
    *_FILE | *_PATH | *_DIR | *_NAME | *Name | *_SOCK | tokenSecret | imagePullSecrets | PWD | OLDPWD) return 1 ;;
    [Bb][Oo][Ss]_* | [Ee][Oo][Ss]_* | *[Ff][Ii][Rr][Ss][Tt]_[Tt][Oo][Kk][Ee][Nn]*) return 1 ;;
    *[Tt][Oo][Kk][Ee][Nn]_[Cc][Oo][Uu][Nn][Tt]* | *TOKEN_BUDGET | *[a-z]PasswordKey | *[a-z]TokenKey) return 1 ;;
    AUTH_MODE | *_AUTH_MODE | AUTH_TYPE | *_AUTH_TYPE | AUTH_METHOD | *_AUTH_METHOD | *ROUTER_KEY | *SEED_KEY) return 1 ;;
    *SECRET* | *[Ss]ecret* | *PASSW* | *[Pp]assw* | *PASSPHRASE* | *[Pp]assphrase* | *CREDENTIAL* | *[Cc]redential*) return 0 ;;
    *COOKIE* | *[Cc]ookie* | *_PASS | *_PASS_* | *PWD | *_PAT | *_PATS | *DSN | AUTH | AUTH_* | *_AUTH | *_AUTH_* | *[Aa]uth) return 0 ;;
    *TOKEN | *Token | *_token | token | *TOKEN_* | *ACCESS_TOKENS | *access_tokens) return 0 ;;
    KEY | *_KEY | *_KEYS | *_KEY_ID | *_KEY_DATA | *_KEY_[0-9]* | *_key | *APIKEY | *[Aa]pi[Kk]ey | *SECRETKEY | *PRIVATEKEY) return 0 ;;
    *ACCESSKEY | *[Aa]ccess[Kk]ey | *[Aa]ccount[Kk]ey | *_WEBHOOK_UR[LI] | *[Cc]onnection_[Ss]tring | *CONNECTION_STRING) return 0 ;;
    *[Aa]ccess[Ss]ignature) return 0 ;;
    *PASSCODE* | SSHPASS | *_PW | *_PSK | PSK | *JWT* | *_SAS | *_WEBHOOK | *TOKEN[0-9] | *APIKEY[0-9] | *PRIVKEY | *DOCKERCONFIGJSON) return 0 ;;
  esac
  return 1
}

# Checks whether a value has the shape of a secret: tokens, private keys, passwords of URLs. Keep it in step with
# suite/secrets/secret-shapes.ts.
secret_value() { # VALUE
  case $1 in
    *-----BEGIN*PRIVATE*KEY* | *://*@* | *[Pp]assword=* | *PASSWORD=* | *[?\&]sig=* | *X-Amz-Signature=* | *SharedAccessKey=*) return 0 ;;
    *AKIA????????????* | *ASIA????????????* | *ABSK????????????* | *gh[pousr]_????????????* | *github_pat_*) return 0 ;;
    *glpat-* | *gldt-* | *glrt-* | *glptt-* | *glft-* | *glffct-* | *glsoat-* | *glagent-* | *glimt-* | *gloas-* | *glcbt-*) return 0 ;;
    sk-????????????????????* | *[!A-Za-z0-9]sk-????????????????????* | *glc_???????????????????????????????* | *glsa_*) return 0 ;;
    *xox[abeoprs]-* | *xapp-* | *hooks.slack.com/* | *AIza????????????* | *hf_????????????????*) return 0 ;;
    *nvapi-* | *npm_????????????????* | *pypi-AgE* | *[sr]k_live_* | *[sr]k_test_* | *whsec_* | *SG.????????????????*) return 0 ;;
    *do[opr]_v1_* | *hv[bsr].????????????????* | *dapi????????????????????????????????*) return 0 ;;
    *AGE-SECRET-KEY-1* | *?Q~????????????????* | *sha256~* | *eyJ*.eyJ* | [Bb]earer\ ?* | [Bb]asic\ ?*) return 0 ;;
  esac
  return 1
}

# Prints all environment variables. Hides the values of those that suggest secrets, because this output is stored.
environment() {
  hide=no
  env | while IFS= read -r line; do
    case $line in
      [A-Za-z_]*=*)
        name=${line%%=*}
        hide=no
        if secret_name "$name" || secret_value "${line#*=}"; then
          hide=yes
          printf '%s=<redacted>\n' "$name"
          continue
        fi
        ;;
    esac
    # Hides or prints the further lines of a value like its first line.
    [ "$hide" = yes ] || printf '%s\n' "$line"
  done
}

# Prints the names of the plug-ins in the folder from which NIXL loads them; `missing` when the folder does not exist.
nixl_plugins() {
  [ -d "$NIXL_PLUGIN_DIR" ] || echo missing
  for plugin in "$NIXL_PLUGIN_DIR"/libplugin_*; do
    [ ! -e "$plugin" ] || printf '%s\n' "${plugin##*/}"
  done
}

# Prints the version of NIXL. Tries several names, because the names of NIXL's wheels contain their CUDA version.
nixl_version() {
  python3 -c '
from importlib import metadata
for name in ("nixl", "nixl-cu12", "nixl-cu13"):
    try:
        print(metadata.version(name))
        break
    except metadata.PackageNotFoundError:
        pass
' 2> /dev/null || pkg-config --modversion nixl 2> /dev/null
}

# Prints a line for a port of an RDMA device of this pod, with the fields between tabs.
link() { # PORT_FOLDER DEVICE PORT
  printf '%s\t%s' "$2" "$3"
  for fact in link_layer rate state; do
    read_text "$1/$fact"
    printf '\t%s' "$text"
  done
  printf '\n'
}

# shellcheck source=devices.sh
. "${0%/*}/devices.sh"
root=${DYNAMO_BENCH_ROOT:-}

# AWS's EFA installer puts the tools of libfabric into this folder, which is not on the PATH of every image.
PATH=$PATH:/opt/amazon/efa/bin

section memlock
ulimit -l
section capabilities
grep '^CapEff:' /proc/self/status 2> /dev/null
section meminfo
cat /proc/meminfo
section environment
environment
present fi-info-present fi_info
section fi-info-efa
fi_info -p efa 2>&1
section libfabric
fi_info --version 2>&1
section ucx
ucx_info -v 2>&1
present getent-present getent
section etcd-host
etcd_addresses
section efa-driver
cat /sys/module/efa/version 2> /dev/null
section links
each_port link
section nvidia-driver
cat /proc/driver/nvidia/version 2> /dev/null
section efa-installer
grep -i 'efa installer version' /opt/amazon/efa_installed_packages 2> /dev/null
section nixl
nixl_version
if [ -n "${NIXL_PLUGIN_DIR:-}" ]; then
  section nixl-plugins
  nixl_plugins
fi
while [ $# -ge 3 ]; do
  name=$1 program=$2 help=$3
  shift 3
  command -v "$program" > /dev/null 2>&1 || continue
  section "$name"
  "$program" --version < /dev/null 2>&1
  section "$name-help"
  "$program" "$help" < /dev/null 2>&1
done
section end
exit 0
