#!/usr/bin/env bash
# Starts the parts of Temporal and of a Kubernetes with two nodes (or DYNAMO_BENCH_NODES) that are not running on this
# machine.
#
#   local/up.sh [--only kubernetes|temporal]
#   local/up.sh --prepare    installs packages and builds kubebox and images (about 9 min, once per machine); starts nothing
#
# You can run it at any time. It does not touch running parts, restarts parts that have ended, and removes the leftovers
# of a killed run of this script.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR
for file in paths log lock parts preflight packages python go kubebox network credentials control-plane node-config image-store nodes temporal; do
  # shellcheck disable=SC1090
  source "$(dirname "${BASH_SOURCE[0]}")/lib/$file.sh"
done

usage() { fail "usage: local/up.sh [--only kubernetes|temporal | --prepare]"; }

wanted=all
while [ $# -gt 0 ]; do
  case $1/${2:-} in
    --only/kubernetes | --only/temporal) wanted=$2 && shift 2 ;;
    --prepare/) wanted=nothing && shift ;;
    *) usage ;;
  esac
done

# Parts that this run of the script has started, for the report.
STARTED=()

end_setup_work() {
  abandon_kubebox
  kill_part setup
  rm -rf "$BUILD_FOLDER"
}

up_kubernetes() {
  local archives number
  ensure_packages
  ensure_bridge
  ensure_mount_points
  # If kubebox exists, starts the control plane before the images are built or checked; otherwise after the build.
  [ -n "$KUBEBOX_BUILD" ] || start_control_plane
  archives=$(build_images)
  ensure_image_store "$archives"
  if [ -n "$KUBEBOX_BUILD" ]; then
    finish_kubebox
    start_control_plane
  fi
  for number in "${NODE_NUMBERS[@]}"; do ensure_node "$number" "$archives"; done
  wait_for_control_plane
  start_controller_manager
  apply_manifests
  start_readers
}

prepare() {
  begin_kubebox
  ensure_packages
  ensure_temporal_program
  build_images >/dev/null
  finish_kubebox
}

report() {
  if [ ${#STARTED[@]} = 0 ]; then
    say "all parts are already running"
  else
    say "started: ${STARTED[*]}"
  fi
  if [ "$wanted" != temporal ]; then
    echo "Kubernetes  KUBECONFIG=$ADMIN_KUBECONFIG  (or: local/kubectl.sh get nodes)"
  fi
  if [ "$wanted" != kubernetes ]; then
    echo "Temporal    TEMPORAL_ADDRESS=$TEMPORAL_ADDRESS  web: $TEMPORAL_UI"
  fi
}

[ "$wanted" = kubernetes ] || check_machine_for_temporal
[ "$wanted" = temporal ] || check_machine_for_kubernetes
prepare_folders
take_lock
trap end_setup_work EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
end_setup_work

if [ "$wanted" = nothing ]; then
  prepare
  exit
fi
[ "$wanted" = temporal ] || begin_kubebox
[ "$wanted" = kubernetes ] || start_temporal
[ "$wanted" = temporal ] || up_kubernetes
[ "$wanted" = temporal ] || wait_for_nodes
[ "$wanted" = kubernetes ] || wait_for_temporal
report
