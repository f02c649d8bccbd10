#!/usr/bin/env bash
# Installs rdma-core with the EFA provider from AWS's EFA installer, whose signature it checks. Leaves out the installer's
# libfabric (--minimal): a second copy beside the one that libfabric.sh builds would be loaded by chance.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

SITE=https://efa-installer.amazonaws.com
ARCHIVE=aws-efa-installer-$EFA_INSTALLER_VERSION.tar.gz
fetch "$SITE/aws-efa-installer.key" key
fetch "$SITE/$ARCHIVE" "$ARCHIVE"
fetch "$SITE/$ARCHIVE.sig" "$ARCHIVE.sig"
export GNUPGHOME=$WORK/gnupg
install -d -m 700 "$GNUPGHOME"
gpg --quiet --import key
gpg --fingerprint
gpg --verify "$ARCHIVE.sig" "$ARCHIVE"
tar -xf "$ARCHIVE"
cd aws-efa-installer
apt-get -qq update
# The kernel module and the limits are the node's, and a build sees no devices.
./efa_installer.sh -y --minimal --skip-kmod --skip-limit-conf --no-verify
rm -rf /var/lib/apt/lists/*
ldconfig
