/*
 * Replaces libcuda.so.1 on a machine without a driver, because NIXL's LIBFABRIC plug-in does not load without this
 * library. The four functions that the plug-in links all return "no device", so that it uses host memory.
 */
enum { CUDA_ERROR_NO_DEVICE = 100 };

int cuInit(void) { return CUDA_ERROR_NO_DEVICE; }
int cuCtxSetCurrent(void) { return CUDA_ERROR_NO_DEVICE; }
int cuDeviceGetPCIBusId(void) { return CUDA_ERROR_NO_DEVICE; }
int cuPointerGetAttributes(void) { return CUDA_ERROR_NO_DEVICE; }
