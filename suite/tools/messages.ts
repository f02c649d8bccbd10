import type { FailureClass } from '../verdict/failure.js';

/**
 * Messages of the tools and libraries, and the class of failure that each stands for: ai-dynamo/nixl (benchmark/nixlbench
 * and src/core, 0.2.0 to 1.4.1), openucx/ucx (src/tools/perf), ofiwg/libfabric, etcd-cpp-apiv3. The first entry of a table
 * that the output holds decides, so causes stand before what follows from them.
 */

interface Message {
  /** Text that the line holds, or a pattern where a text would match too much. */
  readonly text: string | RegExp;
  readonly class: FailureClass;
  /** What to do, where more can be said than of the class. */
  readonly hint?: string;
}

/** What the output says is wrong. */
export interface NamedFailure {
  readonly class: FailureClass;
  readonly line: string;
  readonly hint?: string;
}

const MPI_HINT =
  'this ucx_perftest is built with MPI and takes its mode from standard input: use a build without MPI, or one whose wrapper adds -P 0';
const PLUGIN_HINT =
  'the plug-in or a library that it needs was not loaded: NIXL_LOG_LEVEL=INFO names it; NIXL_PLUGIN_DIR must hold libplugin_<back end>.so';

const SHARED: readonly Message[] = [
  { text: 'error while loading shared libraries: ', class: 'ToolMissing' },
  {
    text: 'UCP API version is incompatible',
    class: 'ToolMissing',
    hint: 'NIXL was built against a newer UCX than the one in the image: install the UCX that the message asks for',
  },
  {
    text: /(?:entry\.sh|nixlbench|ucx_perftest).{0,200}: (?:command )?(?:not found|No such file or directory)$/m,
    class: 'ToolMissing',
  },
];

const MEMORY: readonly Message[] = [
  { text: 'registerMem failed', class: 'MemoryRegistration' },
  { text: 'Unable to register MR of', class: 'MemoryRegistration' },
  { text: 'Failed to register CUDA buffer', class: 'MemoryRegistration' },
  {
    text: 'P2P support is not available',
    class: 'MemoryRegistration',
    hint: 'the EFA device cannot reach GPU memory: check dmabuf support of the kernel and the NVIDIA driver, or set FI_HMEM_DISABLE_P2P=1 as a control',
  },
  { text: /CUDA: .{0,300}\(Error code/, class: 'MemoryRegistration', hint: 'the CUDA call in the message failed' },
  {
    text: 'Cannot allocate memory',
    class: 'MemoryRegistration',
    hint: 'check memlock, huge pages and the memory limit: 32 EFA devices register buffers of their own (128Gi)',
  },
];

const NIXLBENCH: readonly Message[] = [
  { text: 'unknown command line flag', class: 'ToolOptions' },
  { text: 'ERROR: illegal value', class: 'ToolOptions' },
  { text: 'ERROR: failed validation of new value', class: 'ToolOptions' },
  { text: 'Incorrect buffer size configuration', class: 'ToolOptions' },
  {
    text: 'Invalid runtime: ',
    class: 'ToolOptions',
    hint: 'this nixlbench was built without etcd-cpp-api: use an image whose nixlbench has the ETCD runtime',
  },
  {
    text: /Failed to store agent (?:target|initiator) prefix key in etcd/,
    class: 'EtcdUri',
    hint: 'NIXL itself tried to reach an etcd: unset NIXL_ETCD_ENDPOINTS, nixlbench does not need it',
  },
  { text: 'the target uri is not valid', class: 'EtcdUri' },
  { text: 'is greater than or equal to global size', class: 'StaleRendezvous' },
  { text: 'Failed to connect to ETCD', class: 'EtcdUnreachable' },
  { text: 'Failed to acquire lock: ', class: 'EtcdUnreachable' },
  { text: 'Unsupported NIXLBench backend', class: 'UnsupportedBackend' },
  { text: "not found in plugin list, can't create", class: 'BackendUnavailable', hint: PLUGIN_HINT },
  { text: 'createBackend failed', class: 'BackendUnavailable' },
  { text: 'Topology discovery failed', class: 'BackendUnavailable' },
  { text: 'Failed to discover system topology', class: 'BackendUnavailable' },
  { text: 'No network devices found', class: 'BackendUnavailable' },
  ...MEMORY,
  { text: 'createXferReq failed', class: 'BackendUnavailable' },
  { text: 'Consistency check failed', class: 'ConsistencyFailed' },
  { text: 'loadRemoteMD failed', class: 'MetadataExchange' },
  {
    text: 'Deserialization of tag',
    class: 'MetadataExchange',
    hint: 'the ranks see different numbers of NICs: give both the same count of EFA devices',
  },
  { text: 'peer may have died', class: 'PeerLost' },
  { text: 'peer liveness check failed', class: 'PeerLost' },
  { text: 'keepalive failed before transfer', class: 'PeerLost' },
  { text: 'NIXL_ERR_REMOTE_DISCONNECT', class: 'PeerLost' },
  { text: 'NIXL Xfer failed', class: 'TransferFailed' },
  { text: 'releaseXferReq failed', class: 'TransferFailed' },
  { text: 'completed with CQ error', class: 'TransferFailed' },
  { text: 'failed to receive metadata', class: 'RendezvousTimeout' },
  { text: 'Timeout waiting for ', class: 'RendezvousTimeout' },
  { text: 'Failed to synchronize', class: 'RendezvousTimeout' },
  { text: 'Error in barrier ', class: 'RendezvousTimeout' },
  { text: 'ASIO Receive timeout', class: 'RendezvousTimeout' },
  { text: 'ASIO Connection failed', class: 'RendezvousTimeout' },
  { text: 'Failed to setup ETCD runtime', class: 'EtcdUnreachable' },
];

const UCX_PERFTEST: readonly Message[] = [
  { text: 'is not available, please use one or more of', class: 'NoTransport' },
  { text: 'no usable transports/devices', class: 'NoTransport' },
  { text: 'Destination is unreachable', class: 'NoTransport' },
  { text: /memory type .{0,100} is not supported/i, class: 'NoTransport' },
  {
    text: 'Unsupported memory type',
    class: 'NoTransport',
    hint: 'this UCX has no support for the memory type: it needs the CUDA modules, and a GPU in the pod',
  },
  { text: 'should be run with exactly 2 processes', class: 'ToolOptions', hint: MPI_HINT },
  { text: 'missing test name', class: 'ToolOptions' },
  { text: 'Invalid argument for -', class: 'ToolOptions' },
  { text: 'Invalid option argument for -', class: 'ToolOptions' },
  { text: 'Usage: ucx_perftest', class: 'ToolOptions' },
  { text: 'Address already in use', class: 'ConnectionRefused', hint: 'the port of the test is taken: change `port`' },
  { text: 'connect() failed', class: 'ConnectionRefused' },
  ...MEMORY,
  { text: 'rte barrier remote peer failure', class: 'PeerLost' },
  { text: 'remote closed connection', class: 'PeerLost' },
  { text: 'Connection reset by remote peer', class: 'PeerLost' },
  { text: 'Endpoint timeout', class: 'PeerLost' },
  { text: 'Failed to run test: ', class: 'Crashed' },
];

const BY_TOOL = {
  nixlbench: [...SHARED, ...NIXLBENCH],
  'ucx-perftest': [...SHARED, ...UCX_PERFTEST],
} as const;

/** A line of output may be a megabyte; a record holds what a person reads of it. */
const LONGEST_LINE = 500;

/** The first failure that the lines name, in the order of the tables above, with the line itself. */
export function classifyOutput(tool: keyof typeof BY_TOOL, lines: readonly string[]): NamedFailure | undefined {
  const output = lines.join('\n');
  for (const { text, class: failureClass, hint } of BY_TOOL[tool]) {
    const at = typeof text === 'string' ? output.indexOf(text) : output.search(text);
    if (at < 0) continue;
    const start = Math.max(output.lastIndexOf('\n', at) + 1, at - LONGEST_LINE / 2);
    const end = output.indexOf('\n', at);
    const line = output.slice(start, Math.min(end < 0 ? output.length : end, start + LONGEST_LINE)).trim();
    return { class: failureClass, line, ...(hint ? { hint } : {}) };
  }
  return undefined;
}
