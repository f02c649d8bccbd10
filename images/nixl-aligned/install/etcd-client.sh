#!/usr/bin/env bash
# Builds the C++ client of etcd, by which the ranks of nixlbench find each other, and gRPC where the distribution's does not
# fit.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if [ -n "$ABSEIL_REF" ]; then
  clone https://github.com/abseil/abseil-cpp.git "$ABSEIL_REF" abseil
  cmake_install abseil -DABSL_PROPAGATE_CXX_STD=ON -DABSL_ENABLE_INSTALL=ON
fi
if [ -n "$GRPC_REF" ]; then
  clone https://github.com/grpc/grpc.git "$GRPC_REF" grpc
  cmake_install grpc -DgRPC_INSTALL=ON -DgRPC_BUILD_TESTS=OFF -DgRPC_ABSL_PROVIDER=package -DgRPC_SSL_PROVIDER=package \
    -DgRPC_PROTOBUF_PROVIDER=module -DgRPC_ZLIB_PROVIDER=package
fi
clone https://github.com/etcd-cpp-apiv3/etcd-cpp-apiv3.git "$ETCD_CPP_API_REF" etcd-client
# The packages of cpprestsdk have no file for CMake, and only the part without it is built.
sed -i '/^find_dependency(cpprestsdk)$/d' etcd-client/etcd-cpp-api-config.in.cmake
cmake_install etcd-client -DBUILD_ETCD_CORE_ONLY=ON -DETCD_CMAKE_CXX_STANDARD="$CXX_STANDARD"
