import type { Sign } from '../../verdict/sign.js';

/** Messages of NIXL that show that the bytes did not lie in the memory that the test asked for. */
export const NIXLBENCH_SIGNS: readonly Sign[] = [
  {
    code: 'vram-as-host',
    ofGpuMemory: true,
    // NIXL up to 0.10 only warns (src/utils/ucx/ucx_utils.cpp); later versions refuse the memory.
    text: 'memory is detected as host, check that UCX',
    message:
      'UCX has no CUDA support and took GPU memory for host memory: use a UCX with its CUDA modules (ucx-cuda, libuct_cuda.so)',
  },
  {
    code: 'vram-as-host',
    ofGpuMemory: true,
    // src/utils/libfabric/libfabric_rail.cpp
    text: 'falling back to system memory registration',
    message:
      'the libfabric provider has no FI_HMEM, and NIXL registered GPU memory as host memory: use a provider with FI_HMEM, such as efa',
  },
];
