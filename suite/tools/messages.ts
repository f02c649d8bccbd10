import type { FailureClass } from '../failure.js';

/** Messages of the tools and libraries, and the class of failure that each stands for. The first match decides. */

interface Message {
  readonly pattern: RegExp;
  readonly class: FailureClass;
}

const SHARED: readonly Message[] = [
  { pattern: /error while loading shared libraries: .*/, class: 'ToolMissing' },
  { pattern: /: (?:not found|No such file or directory)$/, class: 'ToolMissing' },
  { pattern: /UCP API version is incompatible.*/, class: 'ToolMissing' },
];

const NIXLBENCH: readonly Message[] = [
  { pattern: /.*unknown command line flag.*/, class: 'ToolOptions' },
  { pattern: /Incorrect buffer size configuration.*/, class: 'ToolOptions' },
  { pattern: /Invalid runtime: .*/, class: 'ToolOptions' },
  { pattern: /.*the target uri is not valid.*/, class: 'EtcdUri' },
  { pattern: /Rank \d+ is greater than or equal to global size \d+/, class: 'StaleRendezvous' },
  { pattern: /Failed to connect to ETCD.*/, class: 'EtcdUnreachable' },
  { pattern: /Failed to acquire lock: .*/, class: 'EtcdUnreachable' },
  { pattern: /Unsupported NIXLBench backend.*/, class: 'UnsupportedBackend' },
  { pattern: /NIXL: createBackend failed.*/, class: 'BackendUnavailable' },
  {
    pattern: /.*(?:Topology discovery failed|Failed to discover system topology|No network devices found).*/,
    class: 'BackendUnavailable',
  },
  { pattern: /NIXL: registerMem failed.*/, class: 'MemoryRegistration' },
  {
    pattern: /.*(?:Unable to register MR|Failed to register CUDA buffer|P2P support is not available).*/,
    class: 'MemoryRegistration',
  },
  { pattern: /Consistency check failed.*/, class: 'ConsistencyFailed' },
  { pattern: /NIXL: loadRemoteMD failed.*/, class: 'MetadataExchange' },
  { pattern: /.*peer may have died.*/, class: 'PeerLost' },
  {
    pattern: /.*(?:peer liveness check failed|keepalive failed before transfer|NIXL_ERR_REMOTE_DISCONNECT).*/,
    class: 'PeerLost',
  },
  { pattern: /NIXL Xfer failed.*/, class: 'TransferFailed' },
  { pattern: /(?:createXferReq failed|NIXL releaseXferReq failed).*/, class: 'TransferFailed' },
  { pattern: /NIXL: failed to receive metadata.*/, class: 'RendezvousTimeout' },
  { pattern: /Timeout waiting for .*/, class: 'RendezvousTimeout' },
  { pattern: /Failed to synchronize.*/, class: 'RendezvousTimeout' },
  { pattern: /Error in barrier .*/, class: 'RendezvousTimeout' },
  { pattern: /.*ASIO (?:Receive timeout|Connection failed).*/, class: 'RendezvousTimeout' },
  { pattern: /Failed to setup ETCD runtime/, class: 'EtcdUnreachable' },
];

const UCX_PERFTEST: readonly Message[] = [
  {
    pattern: /.*(?:is not available, please use one or more of|no usable transports\/devices).*/,
    class: 'NoTransport',
  },
  { pattern: /.*(?:connect\(\) failed: Connection refused|connect\(\) failed).*/, class: 'ConnectionRefused' },
  { pattern: /.*(?:rte barrier remote peer failure|remote closed connection).*/, class: 'PeerLost' },
  { pattern: /.*should be run with exactly 2 processes.*/, class: 'ToolOptions' },
  { pattern: /.*(?:missing test name|Invalid argument for -|Usage: ucx_perftest).*/, class: 'ToolOptions' },
  { pattern: /.*memory type .* is not supported.*/i, class: 'NoTransport' },
  { pattern: /.*Failed to run test: .*/, class: 'Crashed' },
];

const BY_TOOL = { nixlbench: NIXLBENCH, 'ucx-perftest': UCX_PERFTEST } as const;

/** The first failure that the lines name, in the order of the table above, with the line itself. */
export function classifyOutput(
  tool: keyof typeof BY_TOOL,
  lines: readonly string[],
): { class: FailureClass; line: string } | undefined {
  for (const { pattern, class: failureClass } of [...SHARED, ...BY_TOOL[tool]]) {
    const line = lines.find((candidate) => pattern.test(candidate));
    if (line !== undefined) return { class: failureClass, line: line.trim() };
  }
  return undefined;
}
