import { MEMORY_MESSAGES, type Message } from '../common/messages.js';

const MPI_HINT =
  'Use a ucx_perftest built without MPI, or a wrapper that adds -P 0; a build with MPI reads its mode from standard input';

/** Failure messages of ucx_perftest (openucx/ucx, src/tools/perf). */
export const UCX_PERFTEST_MESSAGES: readonly Message[] = [
  { text: 'is not available, please use one or more of', class: 'NoTransport' },
  { text: 'no usable transports/devices', class: 'NoTransport' },
  { text: 'Destination is unreachable', class: 'NoTransport' },
  { text: /memory type .{0,100} is not supported/i, class: 'NoTransport' },
  {
    text: 'Unsupported memory type',
    class: 'NoTransport',
    hint: 'Use an image whose UCX has the CUDA modules, and give the pod a GPU; this UCX does not support the memory type',
  },
  { text: 'should be run with exactly 2 processes', class: 'ToolOptions', hint: MPI_HINT },
  { text: 'missing test name', class: 'ToolOptions' },
  { text: 'Invalid argument for -', class: 'ToolOptions' },
  { text: 'Invalid option argument for -', class: 'ToolOptions' },
  { text: 'Usage: ucx_perftest', class: 'ToolOptions' },
  {
    text: 'Address already in use',
    class: 'ConnectionRefused',
    hint: 'Change `port`; another process uses the port of the test',
  },
  { text: 'connect() failed', class: 'ConnectionRefused' },
  ...MEMORY_MESSAGES,
  { text: 'rte barrier remote peer failure', class: 'PeerLost' },
  { text: 'remote closed connection', class: 'PeerLost' },
  { text: 'Connection reset by remote peer', class: 'PeerLost' },
  { text: 'Endpoint timeout', class: 'PeerLost' },
  { text: 'Failed to run test: ', class: 'Crashed' },
];
