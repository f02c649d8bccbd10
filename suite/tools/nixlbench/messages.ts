import { CUDA_MESSAGES } from '../common/libraries/cuda-messages.js';
import { ETCD_MESSAGES } from '../common/libraries/etcd-messages.js';
import { libfabricMessages } from '../common/libraries/libfabric-messages.js';
import { NIXL_MESSAGES } from '../common/libraries/nixl-messages.js';
import { ucxMessages } from '../common/libraries/ucx-messages.js';
import { verbsMessages } from '../common/libraries/verbs-messages.js';
import { type Message, messagesOf } from '../common/messages.js';

/** Checks of the options (benchmark/nixlbench/src/utils/utils.cpp, main.cpp; gflags). */
const OPTIONS: readonly Message[] = messagesOf({ class: 'ToolOptions', about: 'options', depth: 'root' }, [
  { text: 'unknown command line flag' },
  { text: 'ERROR: illegal value' },
  { text: 'ERROR: failed validation of new value' },
  { text: /ERROR: flag '.{0,100}' is missing its argument/ },
  {
    text: /--(?:flagfile|fromenv|tryfromenv) is disabled for nixlbench/,
    hint: 'Remove the flag; nixlbench takes a --config_file instead',
  },
  { text: 'Failed to load config file: ', hint: 'Check the path and the TOML syntax of the file after --config_file' },
  {
    text: 'Incorrect buffer size configuration',
    hint: 'Increase `totalBufferSize`; each device and thread needs room for maxBlockSize × maxBatchSize',
  },
  {
    text: 'Total_buffer_size must be divisible by',
    hint: 'Set `totalBufferSize` to a multiple of threads × devices; a power of two works with any of them',
  },
  { text: 'num_iter must be >= 1', hint: 'Set `numIter` to at least 1' },
  { text: 'pipeline_depth must be >= 1', hint: 'Set `options.pipeline_depth` to at least 1' },
  { text: 'iter_factor must be greater than 0', hint: 'Set `largeBlkIterFtr` to at least 1' },
  {
    text: 'is not evenly divisible by pipeline depth',
    hint: 'Set `options.pipeline_depth` to a divisor of the number of blocks in one transfer',
  },
  { text: 'Invalid segment type: ', hint: 'Use the segment type DRAM or VRAM' },
  { text: /Invalid (?:POSIX API type|OBJ S3|randomize_location_mode)/ },
  { text: 'Unsupported configuration for NVSHMEM worker', hint: 'Use the worker type nixl' },
  {
    text: /Unsupported worker type: |NVSHMEM worker requested but/,
    hint: 'Use the worker type nixl; this nixlbench was built without the one that was asked for',
  },
  {
    text: 'Invalid runtime: ',
    hint: 'Use an image whose nixlbench has the ETCD runtime; this nixlbench was built without etcd-cpp-api',
  },
  {
    text: 'CUDA_FABRIC is not supported',
    hint: 'Unset `enableVmm`; this nixlbench was built without the fabric handles of CUDA',
  },
  { text: 'VMM is not supported', hint: 'Unset `enableVmm`; the CUDA of this nixlbench does not support it' },
  {
    text: 'VRAM not supported without CUDA',
    hint: 'Use an image whose nixlbench was built with CUDA, or the segment type DRAM',
  },
  {
    text: 'Incorrect device list ',
    hint: 'Set `deviceList` to all, or to one device for each device of the rank',
  },
  { text: 'Failed to parse device list', depth: 'symptom' },
]);

/** Failure messages of nixlbench (ai-dynamo/nixl, benchmark/nixlbench, 0.2.0 to 1.4.1) and of the libraries that it uses. */
export const NIXLBENCH_MESSAGES: readonly Message[] = [
  ...OPTIONS,
  { text: 'Unsupported NIXLBench backend', class: 'UnsupportedBackend', about: 'options', depth: 'root' },
  {
    text: 'is greater than or equal to global size',
    class: 'StaleRendezvous',
    about: 'etcd',
    depth: 'root',
  },
  ...ETCD_MESSAGES,
  ...messagesOf({ class: 'MemoryRegistration', about: 'memory' }, [
    {
      text: /Hugepage allocation failed|Hugepages may not be available/,
      depth: 'root',
      hint: 'Increase `resources.hugepages2Mi` (hugepages-2Mi of the pod), or unset `options.use_hugepages`; the pod has too few huge pages',
    },
    {
      text: /Failed to allocate \d+ bytes of (?:page-aligned )?DRAM memory/,
      hint: 'Increase `resources.memory`, or decrease `totalBufferSize`; the buffer does not fit into the memory',
    },
    { text: 'registerMem failed', depth: 'symptom' },
  ]),
  // Without its plug-in, a back end is not found; with another status, the plug-in was loaded. NIXL 0.2 prints a number.
  ...messagesOf({ class: 'BackendUnavailable', depth: 'symptom' }, [
    { text: /createBackend failed.{0,40}NIXL_ERR_(?!NOT_FOUND)/, about: 'backend' },
    { text: 'createBackend failed', about: ['backend', 'plugin'] },
  ]),
  // The plug-ins report why a request cannot be made; before 1.4 the function's name stands in the line.
  {
    text: /(?:createXferReq failed|prepareSlot failed).{0,40}NIXL_ERR_REMOTE_DISCONNECT/,
    class: 'PeerLost',
    about: 'transfer',
    depth: 'symptom',
  },
  {
    text: /createXferReq failed|prepareSlot failed/,
    class: 'BackendUnavailable',
    about: ['memory', 'metadata', 'connection'],
    depth: 'symptom',
    hint: 'Compare the memory types, plug-ins and versions of both ranks; NIXL cannot make a transfer between their memory',
  },
  { text: 'Consistency check failed', class: 'ConsistencyFailed' },
  {
    text: 'loadRemoteMD failed',
    class: 'MetadataExchange',
    about: ['metadata', 'connection'],
    depth: 'symptom',
  },
  ...messagesOf({ class: 'PeerLost', about: 'transfer' }, [
    { text: 'peer may have died' },
    { text: 'peer liveness check failed' },
    { text: 'keepalive failed before transfer' },
    {
      text: /(?:Transfer failed|postSlot failed|recycleSlot failed|Xfer failed).{0,60}NIXL_ERR_REMOTE_DISCONNECT/,
      depth: 'symptom',
    },
    { text: 'NIXL_ERR_REMOTE_DISCONNECT' },
  ]),
  ...messagesOf({ class: 'TransferFailed', about: 'transfer' }, [
    { text: 'Transfer failed on slot ', depth: 'symptom' },
    { text: /(?:postSlot|recycleSlot) failed/, depth: 'symptom' },
    { text: 'NIXL Xfer failed', depth: 'symptom' },
    { text: /(?:releaseXferReq|postXferReq|getXferStatus) failed/ },
  ]),
  // NIXL's lines quote the reasons of the libraries.
  ...libfabricMessages('BackendUnavailable'),
  ...ucxMessages('BackendUnavailable'),
  ...verbsMessages('BackendUnavailable'),
  ...CUDA_MESSAGES,
  ...NIXL_MESSAGES,
  ...messagesOf({ class: 'RendezvousTimeout', about: 'etcd' }, [
    { text: 'failed to receive metadata', depth: 'symptom' },
    { text: 'Timeout waiting for ' },
    { text: 'Failed to synchronize', depth: 'symptom' },
    { text: 'Error in barrier ' },
    { text: 'Error in reduce operation: ' },
    { text: /Error sending (?:int|char) data: / },
    { text: /ASIO (?:Receive timeout|Connection (?:failed|timeout)|(?:Read|Write) .{0,10}failed)/ },
  ]),
  {
    text: 'Cannot allocate memory',
    class: 'MemoryRegistration',
    about: 'memory',
  },
];
