import { type Message, messagesOf } from '../messages.js';

/**
 * Matches a failed call in UCX, with its arguments (`cuInit(0) failed: …`, src/uct/cuda/base/cuda_util.h). UCX also tries calls
 * that may fail, and logs them with a lower level.
 */
const UCX_CALL = 'UCX +(?:ERROR|WARN) .{0,40}\\bcu(?:da)?[A-Z]\\w*\\(.{0,300}\\) failed: ';

/** Matches the call in nixlbench's message. The text between its marks has no further mark, so that a search is short. */
const TOOL_CALL = 'CUDA: (?:(?!CUDA: ).){0,300}?';

/**
 * Matches an error of the CUDA runtime or driver: as nixlbench prints it (`CUDA: … (Error code: 35 - …)`, utils.h), as
 * ucx_perftest does (`cudaMalloc() failed: 2 (…)`, src/tools/perf/cuda/cuda_alloc.c), and as NIXL does, which prints the text
 * alone (`Failed to set CUDA device 0: …`, `CUDA Error: … (…)`, src/plugins/libfabric/libfabric_backend.cpp). UCX prints the
 * text too. There it is a warning: UCX continues with other transports, and a test of host memory needs no GPU.
 */
function cudaErrors(code: number, text: string, hint: string): (Pick<Message, 'text'> & Partial<Message>)[] {
  const error = new RegExp(
    `${TOOL_CALL}\\(Error code: ${code}\\b|\\bcuda[A-Z]\\w*\\(\\) failed: ${code} \\(|(?:CUDA (?:Driver )?Error: |Failed to set CUDA device ).{0,200}${text}`,
  );
  return [
    { text: error, hint },
    { text: new RegExp(`${UCX_CALL}${text}`), hint, severity: 'warning' },
  ];
}

/** Errors of the CUDA runtime and driver (CUDA toolkit, driver_types.h). */
export const CUDA_MESSAGES: readonly Message[] = messagesOf(
  { class: 'MemoryRegistration', about: 'memory', depth: 'root' },
  [
    {
      // Another process on the node, or in the NVLink domain, exports the memory (src/uct/cuda/cuda_ipc).
      text: /\bcuMem(?:Import|Export|Retain)\w*Handle\(.{0,300}\) failed: /,
      about: ['memory', 'transfer', 'connection'],
      hint: 'Give the pods an IMEX channel of one NVLink domain, or exclude cuda_ipc (UCX_TLS=^cuda_ipc); CUDA cannot share the memory through a fabric handle',
    },
    {
      text: /\bcuIpc\w+\(.{0,300}\) failed: |failed to open ipc mem handle/,
      about: ['memory', 'transfer', 'connection'],
      hint: 'Set UCX_TLS=^cuda_ipc; CUDA cannot open the memory of the other process',
    },
    ...cudaErrors(
      35,
      'CUDA driver version is insufficient for CUDA runtime version',
      'Install a newer NVIDIA driver on the node, or use an image with an older CUDA; without a GPU in the pod the message is the same',
    ),
    ...cudaErrors(
      100,
      'no CUDA-capable device is detected',
      'Give the pod a GPU (`resources.gpu`), or use host memory; CUDA finds no device',
    ),
    ...cudaErrors(
      101,
      'invalid device ordinal',
      'Give each rank as many GPUs as it has devices; CUDA has no device with this number',
    ),
    ...cudaErrors(
      2,
      'out of memory',
      'Free the memory of the GPU (`nvidia-smi` names its processes), or decrease the size of the buffer',
    ),
    ...cudaErrors(
      46,
      'all CUDA-capable devices are busy or unavailable',
      'End the other processes on the GPU, or set its compute mode to Default',
    ),
    ...cudaErrors(
      801,
      'operation not supported',
      'Unset `enableVmm`, or use a GPU and driver with fabric handles; CUDA does not support the operation',
    ),
    ...cudaErrors(
      802,
      'system not yet initialized',
      'Start the NVIDIA Fabric Manager on the node; GPUs with NVSwitch do not work without it',
    ),
    ...cudaErrors(
      803,
      'unsupported display driver / cuda driver combination',
      'Use one version for the NVIDIA kernel driver and libcuda.so; the image or the node mixes two',
    ),
    ...cudaErrors(
      804,
      'forward compatibility was attempted on non supported HW',
      'Remove the CUDA compatibility libraries from LD_LIBRARY_PATH; this GPU does not support them',
    ),
    ...cudaErrors(
      3,
      'initialization error',
      'Restart the node, or check `nvidia-smi` on it; CUDA could not initialize the GPU',
    ),
    ...cudaErrors(
      999,
      'unknown error',
      'Check `nvidia-smi` and the kernel log of the node for Xid errors; CUDA reports an unknown error',
    ),
    {
      // UCX continues without the transport. Error 4 says that the driver shuts down, at the end of a process.
      text: new RegExp(`${UCX_CALL}(?!\\d+ \\(|unrecognized error code 4\\b|driver shutting down)`),
      depth: 'cause',
      severity: 'warning',
      hint: 'Look up the text of the CUDA error in the message',
    },
    { text: new RegExp(`${TOOL_CALL}\\(Error code`), hint: 'Look up the error code of the CUDA call in the message' },
    {
      text: /\bcuda(?:GetDeviceCount|SetDevice|Malloc\w*|Memset)\(\) failed: /,
      hint: 'Look up the error code of the CUDA call in the message',
    },
    {
      text: 'no cuda devices available',
      hint: 'Give the pod a GPU (`resources.gpu`), or use host memory; CUDA finds no device',
    },
    {
      text: /Illegal cuda device \d+ number of devices/,
      hint: 'Give each rank as many GPUs as it has devices; CUDA has no device with this number',
    },
    {
      text: /CUDA (?:Driver )?Error: /,
      depth: 'cause',
      hint: 'Look up the text of the CUDA error in the message',
    },
    {
      text: /Failed to set CUDA device \d+/,
      depth: 'cause',
      hint: 'Give each rank as many GPUs as it has devices; NIXL could not choose the GPU',
    },
    {
      // ucs_fatal of UCX when it cannot register its own buffer (src/ucp/core/ucp_mm.c, ucp_mem_type_pack).
      text: /GPU memory pin failed|failed to register buffer with mem type domain/,
      hint: 'Load the module gdrdrv on the node, or exclude GDRCopy (UCX_TLS=^gdr_copy); UCX cannot map the memory of the GPU',
    },
    {
      text: /\bgdr_(?:open|pin_buffer|map)(?:\(\))? failed/,
      depth: 'cause',
      // UCX and libfabric copy without GDRCopy then.
      severity: 'warning',
      hint: 'Load the module gdrdrv on the node, or exclude GDRCopy (UCX_TLS=^gdr_copy, FI_HMEM_CUDA_USE_GDRCOPY=0)',
    },
  ],
);
