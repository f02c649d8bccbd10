import { CUDA_MESSAGES } from '../common/libraries/cuda-messages.js';
import { ucxMessages } from '../common/libraries/ucx-messages.js';
import { verbsMessages } from '../common/libraries/verbs-messages.js';
import { type Message, messagesOf } from '../common/messages.js';

const MPI_HINT =
  'Use a ucx_perftest built without MPI, or a wrapper that adds -P 0; a build with MPI reads its mode from standard input';

/** Options (openucx/ucx, src/tools/perf/perftest_params.c, lib/libperf.c). */
const OPTIONS: readonly Message[] = messagesOf({ class: 'ToolOptions', about: 'options', depth: 'root' }, [
  { text: 'should be run with exactly 2 processes', hint: MPI_HINT },
  { text: 'missing test name' },
  { text: /Invalid (?:option )?(?:substring )?argument (?:for -|at position)/ },
  { text: /ucx_perftest: (?:invalid|unrecognized) option|option requires an argument/ },
  {
    text: /(?:Message size too small|max_outstanding), need to be at least 1/,
    hint: 'Set the size and the window to at least 1',
  },
  {
    text: /Message size \(\d+\) is (?:smaller|larger) than/,
    hint: 'Change the message size to one that the transport supports',
  },
  { text: /A (?:device|transport) must be specified with -[dx] flag/ },
  { text: 'conflicting arguments: ' },
  { text: /invalid cpu number detected|number of listed cpus exceeds/ },
  { text: /failed to (?:read|open) batch file|error in batch file/i },
  { text: 'Usage: ucx_perftest', depth: 'cause' },
]);

/** Failure messages of ucx_perftest (openucx/ucx 1.13 to 1.22, src/tools/perf) and of UCX. */
export const UCX_PERFTEST_MESSAGES: readonly Message[] = [
  ...OPTIONS,
  {
    text: /memory type .{0,100} is not supported|Unsupported memory type|not built with cuda support/i,
    class: 'NoTransport',
    about: ['memory', 'backend'],
    depth: 'root',
    hint: 'Use an image whose UCX has the CUDA modules, and give the pod a GPU; this UCX does not support the memory type',
  },
  {
    text: 'Address already in use',
    class: 'ConnectionRefused',
    about: 'connection',
    depth: 'root',
    hint: 'Change `port`; another process uses the port of the test',
  },
  {
    // perftest.c; UCX up to 1.10 calls gethostbyname.
    text: /getaddrinfo\(.{0,200}failed|host \S{1,300} not found/,
    class: 'NoTransport',
    about: 'connection',
    depth: 'root',
    hint: 'Check the cluster DNS; the address of the server does not resolve in the pod',
  },
  { text: 'client failed. connect() failed', class: 'ConnectionRefused', about: 'connection' },
  { text: 'connect() failed', class: 'ConnectionRefused', about: 'connection' },
  ...messagesOf({ class: 'PeerLost', about: ['connection', 'transfer'] }, [
    { text: 'rte barrier remote peer failure' },
    { text: 'remote closed connection' },
  ]),
  ...ucxMessages('NoTransport'),
  ...verbsMessages('NoTransport'),
  ...CUDA_MESSAGES,
  {
    text: 'Cannot allocate memory',
    class: 'MemoryRegistration',
    about: 'memory',
  },
  // The last line of a failed test ends with the text of UCX's status (src/ucs/type/status.c).
  ...messagesOf({ class: 'Crashed', about: ['backend', 'memory', 'transfer', 'connection'], depth: 'symptom' }, [
    {
      text: /Failed to run test: (?:No such device|Unsupported operation)/,
      class: 'NoTransport',
      hint: 'Check UCX_TLS and UCX_NET_DEVICES; UCX has no transport for this test',
    },
    {
      text: 'Failed to run test: Out of memory',
      class: 'MemoryRegistration',
      hint: 'Check memlock and the memory limit, or decrease the message size; UCX could not allocate the buffers',
    },
    { text: 'Failed to run test: Invalid parameter', class: 'ToolOptions' },
    { text: 'Failed to run test: ', consequence: true },
  ]),
];
