# Part of entry.sh, which sources it: notes which libraries of NIXL, UCX and libfabric the tool has mapped, and lists NIXL's
# plug-ins. Uses `frame`, `add_json`, `moment` and `family` of entry.sh.

newline='
'
whitespace=$IFS

# Adds the libraries of NIXL, UCX and libfabric that the tool has mapped to $mapped, one path in each line.
sample_libraries() {
  # shellcheck disable=SC2046
  maps=$(for process in $(family $$); do cat "/proc/$process/maps" 2> /dev/null; done)
  IFS=$newline
  set -f
  for line in $maps; do
    case $line in
      */libnixl* | */libplugin_* | */libuc[pstm]* | */libfabric* | */libefa* | */nixlbench) ;;
      *) continue ;;
    esac
    file=/${line#*/}
    file=${file% (deleted)}
    case ${file##*/} in
      libnixl* | libplugin_* | libuc[pstm]* | libfabric* | libefa* | nixlbench) ;;
      *) continue ;;
    esac
    case $newline$mapped in
      *"$newline$file$newline"*) ;;
      *) mapped=$mapped$file$newline ;;
    esac
  done
  set +f
  IFS=$whitespace
}

# Prints texts that have the form of a version and end a string in a library. libucp (`ucp_get_version_string`) and libfabric
# (`fi_tostr` of FI_TYPE_VERSION) contain their version in this form; the suite uses it when it is the only such text. The
# compiler can put bytes of a number directly before the string, but not what precedes versions of other things, such as
# `GLIBC_`. Prints nothing in an image without tr and grep.
versions_in() { # FILE
  version='[1-9]\.[0-9][0-9]*\.[0-9][0-9]*[a-z]*[0-9.]*$'
  tr '\000' '\n' < "$1" 2> /dev/null |
    LC_ALL=C grep -a -o -e "^$version" -e "[^-._/ 0-9]$version" 2> /dev/null |
    while IFS= read -r text; do printf '%s\n' "${text#"${text%%[1-9].*}"}"; done
}

# Prints the libraries that the samples have found. Container runtimes split lines of more than 4 to 16 KiB, so keeps a
# frame shorter. Adds the folders that name the versions of NIXL's wheels.
print_libraries() {
  IFS=$newline
  set -f
  # shellcheck disable=SC2086
  set -- $mapped
  set +f
  IFS=$whitespace
  list=
  for file in "$@"; do
    add_json "$file"
    [ "${#list}" -lt 3000 ] || print_list
    case $file in
      */.*.mesonpy.libs/libnixl.so*)
        wheel=${file%.mesonpy.libs/*}
        for folder in "${wheel%/.*}/${wheel##*/.}"-*.dist-info; do [ ! -d "$folder" ] || add_json "$folder"; done
        ;;
    esac
  done
  print_list
  for file in "$@"; do
    case ${file##*/} in libucp* | libfabric*) ;; *) continue ;; esac
    case $file in *[\"\\[:cntrl:]]*) continue ;; esac
    list=
    for text in $(versions_in "$file"); do add_json "$text"; done
    [ -z "$list" ] || frame "{\"event\":\"libraries\",\"files\":[],\"versions\":{\"$file\":[$list]}}"
  done
}

print_list() {
  [ -z "$list" ] || frame "{\"event\":\"libraries\",\"files\":[$list]}"
  list=
}

# Notes the libraries of the tool until it has ended, first often and then rarely, in order not to disturb the measurement.
# Prints them at SIGTERM. At SIGUSR1 also prints the plug-ins beside libnixl, where NIXL looks for them without
# NIXL_PLUGIN_DIR.
note_libraries() {
  mapped= pause= failed= interval=1
  trap 'end_notes' TERM
  trap 'failed=yes; end_notes' USR1
  # A tool may fail within its first second.
  for early in 1 2 3 4 5; do
    moment
    sample_libraries
  done
  while :; do
    sleep "$interval" > /dev/null 2>&1 &
    pause=$!
    wait "$pause"
    sample_libraries
    [ "$interval" -ge 64 ] || interval=$((interval * 2))
  done
}

end_notes() {
  trap '' TERM USR1
  IFS=$whitespace
  set +f
  [ -z "$pause" ] || kill "$pause" 2> /dev/null
  print_libraries
  folder=${mapped%%/libnixl.so*}
  if [ "$failed" = yes ] && [ -z "${NIXL_PLUGIN_DIR:-}" ] && [ "$folder" != "$mapped" ]; then
    plugins "${folder##*"$newline"}/plugins"
  fi
  exit 0
}

# Prints the files of NIXL's plug-ins in a folder.
plugins() { # FOLDER
  list=
  add_json "$1"
  [ -n "$list" ] || return 0
  folder=$list list= missing=
  [ -d "$1" ] || missing=',"missing":true'
  for file in "$1"/libplugin_*; do
    [ ! -e "$file" ] || add_json "${file##*/}"
  done
  frame "{\"event\":\"plugins\",\"folder\":$folder,\"files\":[$list]$missing}"
}
