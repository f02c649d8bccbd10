/*
 * libcuda.so.1 for a machine without a driver. NIXL's LIBFABRIC plug-in does not load without the library; the four
 * functions that it links all answer "no device", which makes it go on with host memory.
 */
enum { CUDA_ERROR_NO_DEVICE = 100 };

int cuInit(void) { return CUDA_ERROR_NO_DEVICE; }
int cuCtxSetCurrent(void) { return CUDA_ERROR_NO_DEVICE; }
int cuDeviceGetPCIBusId(void) { return CUDA_ERROR_NO_DEVICE; }
int cuPointerGetAttributes(void) { return CUDA_ERROR_NO_DEVICE; }
