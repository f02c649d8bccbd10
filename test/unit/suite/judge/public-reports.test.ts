import assert from 'node:assert/strict';
import { instanceFabric } from '../../../../suite/hardware/instances/catalogue.js';
import { type AttemptContext, judgeTransport } from '../../../../suite/judge/judge.js';
import { parseSpec } from '../../../../suite/spec/spec.js';
import type { TransportTestSpec } from '../../../../suite/spec/transport-tests.js';
import type { FailureClass } from '../../../../suite/verdict/failure.js';
import { framed } from '../../../support/evidence.js';

/** Texts of failures that people have reported, retyped and shortened. Each case names its source. */

const P5 = instanceFabric('p5.48xlarge');
assert.ok(P5);
const context: AttemptContext = { fabric: P5, networkInterface: '', visibleNics: 32, timedOut: false };

function testOf(fields: object): TransportTestSpec {
  const [test] = parseSpec({ name: 's', tests: [{ name: 't', ...fields }] }).tests;
  assert.ok(test);
  return test;
}
const TESTS = {
  libfabric: testOf({ tool: 'nixlbench', backend: 'LIBFABRIC' }),
  ucx: testOf({ tool: 'nixlbench', backend: 'UCX' }),
  perftest: testOf({ tool: 'ucx-perftest', memory: 'cuda' }),
  pingpong: testOf({ tool: 'fi-pingpong' }),
} as const;

const ucx = (level: string, text: string) =>
  `[1795896914.684276] [node-a:7    :0]     file.c:12   UCX  ${level} ${text}`;
const nixl = (text: string) => `E1128 20:15:10.134361       6 nixl.cpp:1] ${text}`;
const warn = (text: string) => `libfabric:7:1700000000::efa:mr:function():12<warn> ${text}`;
const efaAbort = (error: string) => [
  'Libfabric EFA provider has encountered an internal error:',
  'Libfabric error: (-12) see below',
  `EFA internal error: ${error}`,
  'Your application will now abort().',
  'Aborted (core dumped)',
];
const NO_BACKEND = 'NIXL: createBackend failed! (NIXL_ERR_BACKEND)';
const NO_MEMORY = 'NIXL: registerMem failed! (NIXL_ERR_BACKEND)';
const NO_METADATA = 'NIXL: loadRemoteMD failed! (NIXL_ERR_BACKEND)';
const NO_TRANSFER = 'NIXL: Xfer failed with status: NIXL_ERR_BACKEND';
const NO_TEST = ucx('ERROR', 'Failed to run test: Input/output error');

interface Report {
  readonly source: string;
  readonly test: keyof typeof TESTS;
  readonly lines: readonly string[];
  readonly exitCode: number;
  readonly class: FailureClass;
  readonly quote?: RegExp;
  readonly hint?: RegExp;
}

const REPORTS: readonly Report[] = [
  {
    source: 'ofiwg/libfabric, efa_hmem.c: libfabric finds no memory on the GPU',
    test: 'libfabric',
    lines: [
      warn('Failed to allocate CUDA buffer: no CUDA-capable device is detected'),
      nixl('registerMem: registration failed for the specified or all potential backends'),
      NO_MEMORY,
    ],
    exitCode: 1,
    class: 'MemoryRegistration',
    quote: /Failed to allocate CUDA buffer/,
    hint: /resources\.gpu/,
  },
  {
    source: 'ofiwg/libfabric, efa_fork_support.c: the process called fork()',
    test: 'libfabric',
    lines: [
      'A process has executed an operation involving a call',
      'to the "fork()" system call to create a child process.',
      'As a result, the Libfabric EFA provider is operating in',
      'a condition that could result in memory corruption or',
      'other system errors.',
    ],
    exitCode: 134,
    class: 'BackendUnavailable',
    hint: /FI_EFA_FORK_SAFE/,
  },
  {
    source: 'awslabs/awsome-distributed-ai#647: no locked memory for receive buffers',
    test: 'libfabric',
    lines: efaAbort('(4112) Failure to post internal receive buffers'),
    exitCode: 134,
    class: 'MemoryRegistration',
    quote: /internal receive buffers/,
    hint: /locked memory/,
  },
  {
    source: 'ai-dynamo/nixl#2278: the target refuses the address',
    test: 'libfabric',
    lines: efaAbort('(4111) RMA address verification failed'),
    exitCode: 134,
    class: 'TransferFailed',
    quote: /RMA address verification/,
    hint: /target does not know/,
  },
  {
    source: 'ofiwg/libfabric, efa_errno.h: the other process is gone',
    test: 'libfabric',
    lines: efaAbort('(4126) Unresponsive receiver (reachable by EFA device but handshake failed)'),
    exitCode: 134,
    class: 'PeerLost',
  },
  {
    source: 'ofiwg/libfabric#6249: the way in which libfabric 1.9 ends the program',
    test: 'libfabric',
    lines: ['Unable to write to EQ: Missing or unavailable event queue. err: Input/output error (5)', 'Aborted'],
    exitCode: 134,
    class: 'TransferFailed',
    quote: /Unable to write to EQ/,
  },
  {
    source: 'ofiwg/libfabric#12136: nodes of two zones',
    test: 'libfabric',
    lines: [
      warn('ibv_create_ah failed with EINVAL. Possible causes: 1) Remote GID is in a different availability zone'),
      nixl('fi_av_insert failed for rail 0: Invalid argument'),
      nixl('insertAllAddresses failed'),
      NO_METADATA,
    ],
    exitCode: 1,
    class: 'MetadataExchange',
    quote: /different availability zone/,
    hint: /one availability zone/,
  },
  {
    source: 'ofiwg/libfabric#12708: a device of another kind that the pod may not open',
    test: 'libfabric',
    lines: [
      warn('ibv_open_device failed! errno: 2'),
      nixl('fi_getinfo failed: No data available'),
      nixl('No network devices found'),
      NO_BACKEND,
    ],
    exitCode: 1,
    class: 'BackendUnavailable',
    quote: /ibv_open_device failed/,
    hint: /\/dev\/infiniband/,
  },
  {
    source: 'NIXL_LOG_LEVEL=INFO: a plug-in of another back end cannot be loaded either',
    test: 'libfabric',
    lines: [
      'I1128 20:15:10.134361       6 nixl.cpp:1] Failed to load plugin from /p/libplugin_GDS.so: libcufile.so.0: cannot open shared object file',
      nixl('fi_getinfo failed: No data available'),
      nixl("createBackend: backend creation failed for 'LIBFABRIC'"),
      NO_BACKEND,
    ],
    exitCode: 1,
    class: 'BackendUnavailable',
    quote: /"fi_getinfo failed/,
  },
  {
    source: 'ofiwg/libfabric#12708, in fi_pingpong',
    test: 'pingpong',
    lines: [
      warn('efa_device_construct_gid failed for device_idx 0, err=-1'),
      'fi_getinfo(): util/pingpong.c:1490, ret=-61 (No data available)',
    ],
    exitCode: 61,
    class: 'NoTransport',
    hint: /\/dev\/infiniband/,
  },
  {
    source: 'pmodels/mpich#7853: another text for the same status',
    test: 'libfabric',
    lines: [
      nixl('CQ read failed on rail 0: Remote memory registration is invalid, has insufficient access'),
      NO_TRANSFER,
    ],
    exitCode: 1,
    class: 'TransferFailed',
    hint: /target does not know/,
  },
  {
    source: 'ai-dynamo/nixl#420: the CPU accessed memory of the GPU',
    test: 'ucx',
    lines: [
      '[h:41:0:43] Caught signal 11 (Segmentation fault: invalid permissions for mapped object at address 0x7a8d07200000)',
    ],
    exitCode: 139,
    class: 'MemoryRegistration',
    hint: /CUDA modules/,
  },
  {
    source: 'ai-dynamo/nixl#170: a UCX that is older than NIXL needs',
    test: 'ucx',
    lines: [
      ucx('WARN', 'UCP version is incompatible, required: 1.18, actual: 1.12 (release 1)'),
      '[h:8:0:8] Caught signal 11 (Segmentation fault: address not mapped to object at address 0x10)',
    ],
    exitCode: 139,
    class: 'ToolMissing',
    quote: /UCP version is incompatible/,
  },
  {
    source: 'ai-dynamo/nixl#636: an assertion, whose stack trace is no reason',
    test: 'ucx',
    lines: [
      "[h:18:0:18] proto_select.c:549  Assertion `khret == UCS_KH_PUT_BUCKET_EMPTY' failed",
      '==== backtrace (tid:1886973) ====',
      ' 0  /x/libucs.so.0(ucs_handle_error+0x304) [0x74ea67d83074]',
      ' 1  /x/libucs.so.0(ucs_fatal_error_message+0xc2) [0x1]',
      '=================================',
      'Aborted (core dumped)',
    ],
    exitCode: 134,
    class: 'Crashed',
    quote: /Assertion/,
  },
  {
    source: 'ai-dynamo/nixl#1983: NIXL forgot the peer whose connection it lost',
    test: 'ucx',
    lines: [
      nixl("createXferReq: metadata for remote agent 'abc' not found"),
      'NIXL: createXferReq failed! (NIXL_ERR_NOT_FOUND)',
    ],
    exitCode: 1,
    class: 'PeerLost',
  },
  {
    source: 'ai-dynamo/nixl#1867: UCX finds no GPU in a test of host memory, and the peer does not come',
    test: 'ucx',
    lines: [
      ucx('ERROR', 'cuDeviceGetCount(&num_devices) failed: initialization error'),
      'NIXL: failed to receive metadata',
    ],
    exitCode: 1,
    class: 'RendezvousTimeout',
  },
  {
    source: 'ai-dynamo/dynamo#350: the NIC refuses the queue pair, and NIXL crashes',
    test: 'ucx',
    lines: [
      ucx('ERROR', 'erdma_0: iface 0x32 failed to create UD QP TX wr:256 failed: Invalid argument'),
      ucx('ERROR', 'uct_iface_open(ud_verbs/erdma_0:1) failed: Input/output error'),
      '[h:2:0:2] Caught signal 11 (Segmentation fault: address not mapped to object at address 0x70)',
    ],
    exitCode: 139,
    class: 'BackendUnavailable',
    quote: /failed to create UD QP/,
  },
  {
    source: 'openucx/ucx#8229: mlx5 has its own name for the call',
    test: 'ucx',
    lines: [
      ucx('ERROR', 'mlx5dv_create_cq(cqe=4096) failed: Cannot allocate memory'),
      nixl('Failed to create UCX worker: Input/output error'),
      NO_BACKEND,
    ],
    exitCode: 1,
    class: 'BackendUnavailable',
    quote: /"mlx5dv_create_cq/,
    hint: /locked memory/,
  },
  {
    source: 'open-mpi/ompi#9858: RC over EFA',
    test: 'perftest',
    lines: [ucx('ERROR', 'ibv_create_srq() failed: Operation not supported'), NO_TEST],
    exitCode: 255,
    class: 'NoTransport',
    hint: /srd/,
  },
  {
    source: 'openucx/ucx#3745: the GID does not reach the other node',
    test: 'ucx',
    lines: [
      ucx('ERROR', 'error modifying QP to RTR: Connection timed out'),
      nixl('UCX endpoint create failed: failed to create ep'),
      NO_METADATA,
    ],
    exitCode: 1,
    class: 'BackendUnavailable',
    hint: /UCX_IB_GID_INDEX/,
  },
  {
    source: 'openucx/ucx#8604: the same with the call in the message',
    test: 'perftest',
    lines: [ucx('ERROR', 'ibv_modify_qp(DCI, RTR) failed : Invalid argument'), NO_TEST],
    exitCode: 255,
    class: 'NoTransport',
    hint: /UCX_IB_GID_INDEX/,
  },
  {
    source: 'openucx/ucx#4513: the registration of MLNX_OFED',
    test: 'perftest',
    lines: [ucx('ERROR', 'ibv_exp_reg_mr(address=0x7f, length=230700000, access=0xf) failed: Bad address'), NO_TEST],
    exitCode: 255,
    class: 'MemoryRegistration',
    hint: /nvidia-peermem/,
  },
  {
    source: 'ai-dynamo/nixl#1981: the registration of another plug-in',
    test: 'ucx',
    lines: ['ibv_reg_mr_iova2 failed for the buffer: Error 14 Bad address', NO_MEMORY],
    exitCode: 1,
    class: 'MemoryRegistration',
    hint: /nvidia-peermem/,
  },
  {
    source: 'openucx/ucx#11885: GDRCopy cannot pin',
    test: 'ucx',
    lines: [
      ucx('ERROR', 'GPU memory pin failed. length 65536 ret 22 pin_flags 0'),
      '[h:7:0:7] ucp_mm.c:1234 Fatal: failed to register buffer with mem type domain cuda memory',
    ],
    exitCode: 134,
    class: 'MemoryRegistration',
    hint: /gdrdrv/,
  },
  {
    source: 'openucx/ucx, cuda_util.h: the call with its arguments',
    test: 'perftest',
    lines: [
      ucx('ERROR', 'cuInit(0) failed: no CUDA-capable device is detected'),
      ucx('ERROR', 'Failed to run test: No such device'),
    ],
    exitCode: 255,
    class: 'MemoryRegistration',
    quote: /"cuInit\(0\)/,
    hint: /^Give the pod a GPU/,
  },
  {
    source: 'openucx/ucx, cuda_ipc: no IMEX channel',
    test: 'ucx',
    lines: [
      ucx('ERROR', 'cuMemImportFromShareableHandle(&h, p, CU_MEM_HANDLE_TYPE_FABRIC) failed: operation not permitted'),
      NO_TRANSFER,
    ],
    exitCode: 1,
    class: 'MemoryRegistration',
    hint: /IMEX/,
  },
  {
    source: 'UCX_LOG_LEVEL=diag: UCX looks for a GPU, and host memory cannot be locked',
    test: 'ucx',
    lines: [
      ucx('DIAG', 'cuInit(0) failed: no CUDA-capable device is detected'),
      ucx('ERROR', 'ibv_reg_mr(address=0x7f, length=4096, access=0xf) failed: Cannot allocate memory'),
      nixl('Failed to ucp_mem_map: Input/output error'),
      NO_MEMORY,
    ],
    exitCode: 1,
    class: 'MemoryRegistration',
    quote: /"ibv_reg_mr/,
  },
  {
    source: 'openucx/ucx#3192: cuda_ipc',
    test: 'perftest',
    lines: [
      ucx('ERROR', 'cuIpcOpenMemHandle(&p, h, 1) failed: peer access is not supported between these two devices'),
      NO_TEST,
    ],
    exitCode: 255,
    class: 'MemoryRegistration',
    hint: /cuda_ipc/,
  },
  {
    source: 'openucx/ucx#6705: a socket that fails with another error',
    test: 'ucx',
    lines: [ucx('ERROR', 'tcp_ep 0xea6930 (state=CONNECTED): recv(59) failed: Operation timed out'), NO_TRANSFER],
    exitCode: 1,
    class: 'PeerLost',
  },
  {
    source: 'openucx/ucx#2951: the socket of ucx_perftest',
    test: 'perftest',
    lines: [ucx('ERROR', 'recv() failed: Connection reset by peer')],
    exitCode: 255,
    class: 'PeerLost',
  },
  {
    source: 'openucx/ucx#7416: the NIC gave up, and UCX ends the program',
    test: 'perftest',
    lines: [
      '[h:32:0:32] ib_mlx5_log.c:145  Transport retry count exceeded on mlx5_2:1/IB (synd 0x15 vend 0x81 hw_synd 0/0)',
    ],
    exitCode: 134,
    class: 'TransferFailed',
    hint: /^Check the link/,
  },
  {
    source: 'openucx/ucx, perftest.c: the name of the server',
    test: 'perftest',
    lines: [ucx('ERROR', 'client failed. getaddrinfo() failed: Name or service not known')],
    exitCode: 255,
    class: 'NoTransport',
    hint: /DNS/,
  },
  {
    source: 'openucx/ucx, perftest.c of UCX 1.10: the name of the server',
    test: 'perftest',
    lines: [ucx('ERROR', 'host gpu-2.bench not found: Unknown host')],
    exitCode: 255,
    class: 'NoTransport',
    hint: /DNS/,
  },
  {
    source: 'ai-dynamo/nixl#1846: only transports within the node',
    test: 'ucx',
    lines: [
      ucx(
        'ERROR',
        'no active messages transport to h:1: self/memory - no peer failure handler, cuda_copy/cuda - no am bcopy',
      ),
      NO_METADATA,
    ],
    exitCode: 1,
    class: 'BackendUnavailable',
    hint: /network transport/,
  },
  {
    source: 'openucx/ucx, mm_posix.c: /dev/shm is full',
    test: 'ucx',
    lines: [
      ucx(
        'ERROR',
        'Not enough memory to write total of 4292720 bytes. Please check that /dev/shm or the directory you specified has more',
      ),
      nixl('Failed to create UCX worker: Out of memory'),
      NO_BACKEND,
    ],
    exitCode: 1,
    class: 'BackendUnavailable',
    hint: /\/dev\/shm/,
  },
  {
    source: 'openucx/ucx, async.c: no file descriptors',
    test: 'ucx',
    lines: [
      ucx('ERROR', 'eventfd() failed: Too many open files'),
      nixl('Failed to create UCX worker: Input/output error'),
      NO_BACKEND,
    ],
    exitCode: 1,
    class: 'BackendUnavailable',
    hint: /nofile/,
  },
  {
    source: 'openucx/ucx, debug.c: no memory behind the address',
    test: 'ucx',
    lines: ['[h:7:0:7] Caught signal 7 (Bus error: nonexistent physical address)'],
    exitCode: 135,
    class: 'MemoryRegistration',
    hint: /\/dev\/shm/,
  },
  {
    source: 'glibc, dl-version.c: a tool of a newer distribution',
    test: 'libfabric',
    lines: ["nixlbench: /lib/libc.so.6: version `GLIBC_2.38' not found (required by nixlbench)"],
    exitCode: 1,
    class: 'ToolMissing',
    hint: /newer glibc/,
  },
  {
    source: 'glibc, rtld.c: a pod without a GPU',
    test: 'libfabric',
    lines: ['nixlbench: error while loading shared libraries: libcuda.so.1: cannot open shared object file'],
    exitCode: 127,
    class: 'ToolMissing',
    hint: /^Give the pod a GPU/,
  },
  {
    source: 'bash: an image for arm64 on amd64',
    test: 'libfabric',
    lines: ['entry.sh: line 80: /usr/bin/nixlbench: cannot execute binary file: Exec format error'],
    exitCode: 126,
    class: 'ToolMissing',
    hint: /arm64/,
  },
  {
    source: 'Linux: an instruction that the CPU lacks',
    test: 'libfabric',
    lines: ['Illegal instruction (core dumped)'],
    exitCode: 132,
    class: 'ToolMissing',
    hint: /CPU/,
  },
];

describe('a failure that people have reported', () => {
  for (const { source, test, lines, exitCode, class: failureClass, quote, hint } of REPORTS) {
    it(`${source}: ${failureClass}`, () => {
      const { failure } = judgeTransport(
        TESTS[test],
        [
          { position: 'node2', log: framed(lines.join('\n'), exitCode), exitCode, endedBySuite: false },
          { position: 'node1', log: framed('', 1), exitCode: 1, endedBySuite: true },
        ],
        context,
      );
      assert.equal(failure?.class, failureClass, failure?.message);
      if (quote) assert.match(failure?.message ?? '', quote);
      if (hint) assert.match(failure?.hint ?? '', hint);
    });
  }

  it('is an image for another CPU whose script the runtime could not start', () => {
    const { failure } = judgeTransport(
      TESTS.libfabric,
      [
        { position: 'node2', log: 'exec /bin/sh: exec format error', exitCode: 255, endedBySuite: false },
        { position: 'node1', log: framed('', 1), exitCode: 1, endedBySuite: true },
      ],
      context,
    );
    assert.equal(failure?.class, 'ToolMissing');
  });
});
