import assert from 'node:assert/strict';
import { classifyOutput, findMessages, type Message } from '../../../../../suite/tools/common/messages.js';
import { TOOLS, type TransportTestSpec, toolOf } from '../../../../../suite/tools/registry.js';
import { FAILURES, type FailureClass } from '../../../../../suite/verdict/failure.js';

type ToolName = TransportTestSpec['tool'];

const classify = (tool: ToolName, lines: readonly string[]) => classifyOutput(toolOf({ tool }), lines);

/** Prefixes as glog, UCX and libfabric print them. */
const E = 'E1128 20:15:10.134361       6 nixl.cpp:1] ';
const W = 'W1128 20:15:10.134361       6 nixl.cpp:1] ';
const I = 'I1128 20:15:10.134361       6 nixl.cpp:1] ';
const ucx = (level: string, text: string) =>
  `[1795896914.684276] [node-a:7    :0]     file.c:12   UCX  ${level.padEnd(5)} ${text}`;
const efa = (level: string, text: string) => `libfabric:7:1700000000::efa:mr:function():12<${level}> ${text}`;

/** A rank's output, the position of the quoted line in it, the class, and the hint. */
type Case = readonly [lines: readonly string[], quoted: number, FailureClass, hint?: RegExp];

const END_OF_BACKEND = [
  `${E}createBackend: backend creation failed for 'LIBFABRIC'`,
  'NIXL: createBackend failed! (NIXL_ERR_BACKEND)',
];
const END_OF_PLUGIN = [
  `${E}createBackend: unsupported backend 'LIBFABRIC'`,
  'NIXL: createBackend failed! (NIXL_ERR_NOT_FOUND)',
];
const END_OF_MEMORY = [
  `${E}registerMem: registration failed for the specified or all potential backends`,
  'NIXL: registerMem failed (NIXL_ERR_BACKEND)',
];

const BACKEND: readonly Case[] = [
  [
    [ucx('ERROR', "Invalid value for MAX_RMA_RAILS: 'x'. Expected: unsigned integer"), ...END_OF_BACKEND],
    0,
    'BackendUnavailable',
    /^Correct the value/,
  ],
  [['request to allocate mask for invalid number: Invalid argument'], 0, 'BackendUnavailable', /LD_PRELOAD/],
  [
    [
      `${I}Failed to load plugin from /p/libplugin_LIBFABRIC.so: libcudart.so.12: cannot open shared object file: No such file or directory`,
      ...END_OF_PLUGIN,
    ],
    0,
    'BackendUnavailable',
    /^Install the library/,
  ],
  [
    [
      `${I}Failed to load plugin from /p/libplugin_UCX.so: /p/libplugin_UCX.so: undefined symbol: ucp_ep_rma`,
      ...END_OF_PLUGIN,
    ],
    0,
    'BackendUnavailable',
    /lacks the symbol/,
  ],
  [
    [
      `${I}Failed to load plugin from /p/libplugin_LIBFABRIC.so: /lib/libfabric.so.1: version \`FABRIC_1.10' not found`,
      ...END_OF_PLUGIN,
    ],
    0,
    'BackendUnavailable',
    /lacks the symbol/,
  ],
  [
    [`${E}Plugin API version mismatch for /p/libplugin_UCX.so: expected 2, got 1`, ...END_OF_PLUGIN],
    0,
    'BackendUnavailable',
    /same NIXL version/,
  ],
  [
    [`${E}Unsupported backend: LIBFABRIC`, 'NIXL: createBackend failed! (Error code: -3)'],
    0,
    'BackendUnavailable',
    /NIXL_LOG_LEVEL=INFO/,
  ],
  [
    [`${E}createBackend: unsupported backend 'UCX'`, 'Segmentation fault (core dumped)'],
    0,
    'BackendUnavailable',
    /NIXL_LOG_LEVEL=INFO/,
  ],
  [
    [
      `${W}Plugin file does not exist: /a/libplugin_UCX.so`,
      ucx('WARN', "network device 'mlx5_9:1' is not available, please use one or more of: 'eth0'(tcp)"),
      ucx('ERROR', 'no usable transports/devices (asked tcp on network:mlx5_9:1)'),
      ...END_OF_BACKEND,
    ],
    1,
    'BackendUnavailable',
    /^Set UCX_NET_DEVICES/,
  ],
  [
    [
      ucx('WARN', "network devices 'mlx5_0:1','mlx5_1:1' are not available, please use one or more of: 'eth0'(tcp)"),
      ...END_OF_BACKEND,
    ],
    0,
    'BackendUnavailable',
    /^Set UCX_NET_DEVICES/,
  ],
  [
    [
      ucx('WARN', "transport 'srd' is not available, please use one or more of: self, tcp"),
      ucx('ERROR', 'no usable transports/devices (asked srd on all devices)'),
      ...END_OF_BACKEND,
    ],
    0,
    'BackendUnavailable',
    /^Set UCX_TLS/,
  ],
  [
    [
      ucx('ERROR', 'no active messages transport: self/memory - no peer failure handler'),
      `${E}UCX endpoint create failed: failed to create ep`,
      ...END_OF_BACKEND,
    ],
    0,
    'BackendUnavailable',
    /to UCX_TLS/,
  ],
  [
    [
      ucx(
        'ERROR',
        "mlx5_5: ibv_create_srq() failed: Cannot allocate memory : Please set max locked memory (ulimit -l) to 'unlimited' (current: 8192 kbytes)",
      ),
      `${E}Failed to create engine: Failed to create UCX worker: Input/output error`,
      ...END_OF_BACKEND,
    ],
    0,
    'BackendUnavailable',
    /limit of locked memory/,
  ],
  [
    [
      `${E}fi_enable failed for rail 0: Bad file descriptor`,
      `${E}Failed to create engine: fi_enable failed for rail 0`,
      ...END_OF_BACKEND,
    ],
    0,
    'BackendUnavailable',
    /^Check `fi_info`/,
  ],
  [
    [
      `${E}Failed to build PCIe to Libfabric mapping - this is required for EFA topology discovery`,
      `${E}Topology discovery failed - no suitable network providers found`,
      ...END_OF_BACKEND,
    ],
    0,
    'BackendUnavailable',
    /^Mount \/sys/,
  ],
  [
    [
      'FI_EFA_USE_DEVICE_RDMA=1 was set, but EFA device has no rdma-read capability.  Application will abort().',
      'Aborted (core dumped)',
    ],
    0,
    'BackendUnavailable',
    /^Unset FI_EFA_USE_DEVICE_RDMA/,
  ],
  [
    ['FI_EFA_USE_DEVICE_RDMA=1 was set by user, but EFA device has no rdma-read capability.'],
    0,
    'BackendUnavailable',
    /^Unset FI_EFA_USE_DEVICE_RDMA/,
  ],
];

const MEMORY: readonly Case[] = [
  [
    ['CUDA: Failed to set device (Error code: 35 - CUDA driver version is insufficient for CUDA runtime version)'],
    0,
    'MemoryRegistration',
    /newer NVIDIA driver/,
  ],
  [
    ['CUDA: Failed to set device (Error code: 100 - no CUDA-capable device is detected)'],
    0,
    'MemoryRegistration',
    /^Give the pod a GPU/,
  ],
  [
    ['CUDA: Failed to allocate CUDA buffer (Error code: 2 - out of memory)'],
    0,
    'MemoryRegistration',
    /^Free the memory of the GPU/,
  ],
  [['CUDA: Failed to set device (Error code: 101 - invalid device ordinal)'], 0, 'MemoryRegistration', /as many GPUs/],
  [
    ['CUDA: Failed to set device (Error code: 802 - system not yet initialized)'],
    0,
    'MemoryRegistration',
    /Fabric Manager/,
  ],
  [['CUDA: Failed to set device (Error code: 999 - unknown error)'], 0, 'MemoryRegistration', /Xid/],
  [
    ['CUDA: Failed to create allocation (Error code: 801 - operation not supported)'],
    0,
    'MemoryRegistration',
    /^Unset `enableVmm`/,
  ],
  [
    ['CUDA: cudaMemcpy failed (Error code: 700 - an illegal memory access was encountered)'],
    0,
    'MemoryRegistration',
    /^Look up the error code/,
  ],
  [
    [`${E}Failed to set CUDA device 3: invalid device ordinal`, ...END_OF_MEMORY],
    0,
    'MemoryRegistration',
    /as many GPUs/,
  ],
  [
    [
      `${W}8 NVIDIA GPU(s) were detected, but UCX CUDA support was not found! GPU memory is not supported.`,
      ...END_OF_MEMORY,
    ],
    0,
    'MemoryRegistration',
    /CUDA modules/,
  ],
  [
    [
      `${W}memory is detected as host, check that UCX is configured with CUDA support`,
      'prepareSlot failed for slot 0: NIXL_ERR_NOT_FOUND',
    ],
    0,
    'MemoryRegistration',
    /CUDA modules/,
  ],
  [
    [
      ucx('ERROR', 'ibv_reg_mr(address=0x7f0000000000, length=67108864, access=0xf) failed: Bad address'),
      ...END_OF_MEMORY,
    ],
    0,
    'MemoryRegistration',
    /nvidia-peermem/,
  ],
  [
    [
      ucx(
        'ERROR',
        'ibv_reg_dmabuf_mr(address=0x7f0000000000, length=67108864, access=0xf) failed: Operation not supported',
      ),
      ...END_OF_MEMORY,
    ],
    0,
    'MemoryRegistration',
    /dmabuf/,
  ],
  [
    [
      ucx(
        'ERROR',
        "ibv_reg_mr(address=0x1, length=2, access=0xf) failed: Cannot allocate memory : Please set max locked memory (ulimit -l) to 'unlimited' (current: 8192 kbytes)",
      ),
      `${E}Failed to ucp_mem_map: Input/output error`,
      ...END_OF_MEMORY,
    ],
    0,
    'MemoryRegistration',
    /limit of locked memory/,
  ],
  [
    [
      ucx(
        'ERROR',
        'ibv_reg_mr(address=0x1, length=2, access=0xf) failed: Invalid argument. Application is using HUGE pages. Please set environment variable RDMAV_HUGEPAGES_SAFE=1',
      ),
      ...END_OF_MEMORY,
    ],
    0,
    'MemoryRegistration',
    /^Set RDMAV_HUGEPAGES_SAFE=1/,
  ],
  [
    [ucx('ERROR', 'ibv_reg_mr(address=0x1, length=2, access=0xf) failed: Invalid argument'), ...END_OF_MEMORY],
    0,
    'MemoryRegistration',
    /dmabuf/,
  ],
  [
    [
      ucx(
        'ERROR',
        'failed to register address 0x7f0000000000 (cuda) length 67108864 on md[5]=rdmap0s1: Input/output error (md supports: host|cuda)',
      ),
      ...END_OF_MEMORY,
    ],
    0,
    'MemoryRegistration',
    /nvidia-peermem/,
  ],
  [
    [
      efa(
        'warn',
        'Unable to register MR of 8589934592 bytes: Bad address, ibv pd: 0x1, total mr reg size 0, mr reg count 0',
      ),
      `${E}fi_mr_reg failed on rail 0: Bad address (buffer=0x1, length=2, requested_key=0)`,
      ...END_OF_MEMORY,
    ],
    1,
    'MemoryRegistration',
    /nvidia-peermem/,
  ],
  [
    [
      efa(
        'warn',
        'Failed to register CUDA buffer with the EFA device, FI_HMEM transfers that require peer to peer support will fail.',
      ),
      efa('info', 'FI_HMEM_CUDA P2P support is not available.'),
      ...END_OF_MEMORY,
    ],
    0,
    'MemoryRegistration',
    /GPUDirect/,
  ],
  [
    [
      'Error: Hugepage allocation failed (Cannot allocate memory)',
      'Hugepages may not be available. Check /proc/sys/vm/nr_hugepages',
      'Failed to allocate 8589934592 bytes of DRAM memory',
    ],
    0,
    'MemoryRegistration',
    /hugepages-2Mi/,
  ],
  [[ucx('ERROR', 'gdr_pin_buffer failed. length :65536 ret:22'), ...END_OF_MEMORY], 0, 'MemoryRegistration', /gdrdrv/],
];

const MISSING: readonly Case[] = [
  [['bash: line 1: nixlbench: command not found'], 0, 'ToolMissing'],
  [["env: 'nixlbench': No such file or directory"], 0, 'ToolMissing'],
  [['nixlbench: symbol lookup error: /p/libnixl.so: undefined symbol: ucp_ep_rma'], 0, 'ToolMissing', /one build/],
  [
    [
      `${E}Error accessing directory("/opt/nixlbench/plugins"): No such file or directory`,
      `${E}createBackend: unsupported backend 'UCX'`,
    ],
    0,
    'BackendUnavailable',
  ],
];

const OPTIONS: readonly Case[] = [
  [['VRAM not supported without CUDA, ROCm or Neuron'], 0, 'ToolOptions', /DRAM/],
  [
    ['Total_buffer_size must be divisible by the product of num_threads and num_target_dev, next such value is 12'],
    0,
    'ToolOptions',
    /multiple of threads/,
  ],
  [
    [
      'Incorrect buffer size configuration for Target(max_block_size * max_batch_size) is > (total_buffer_size / num_initiator_dev)',
    ],
    0,
    'ToolOptions',
    /totalBufferSize/,
  ],
  [['CUDA_FABRIC is not supported'], 0, 'ToolOptions', /enableVmm/],
  [['VMM is not supported in CUDA version 12000'], 0, 'ToolOptions', /enableVmm/],
  [
    ['Incorrect device list mlx5_0,mlx5_1 provided for pairwise scheme 2# devices', 'Failed to parse device list'],
    0,
    'ToolOptions',
    /deviceList/,
  ],
  [['Unsupported worker type: nvshmem'], 0, 'ToolOptions', /worker type nixl/],
  [['NVSHMEM worker requested but NVSHMEM or CUDA is not available'], 0, 'ToolOptions', /worker type nixl/],
  [['Invalid segment type: vram'], 0, 'ToolOptions', /DRAM or VRAM/],
  [['num_iter must be >= 1'], 0, 'ToolOptions'],
  [['iter_factor must be greater than 0'], 0, 'ToolOptions'],
  [['Error: descriptor count (1) is not evenly divisible by pipeline depth (4)'], 0, 'ToolOptions'],
  [['Unsupported configuration for NVSHMEM worker'], 0, 'ToolOptions'],
];

const TRANSFERS: readonly Case[] = [
  [['Transfer failed on slot 3: NIXL_ERR_BACKEND'], 0, 'TransferFailed'],
  [['Transfer failed on slot 0: NIXL_ERR_REMOTE_DISCONNECT'], 0, 'PeerLost'],
  [['postSlot failed on resubmit for slot 0: NIXL_ERR_BACKEND'], 0, 'TransferFailed'],
  [['postSlot failed for slot 0: NIXL_ERR_REMOTE_DISCONNECT'], 0, 'PeerLost'],
  [
    [
      ucx(
        'ERROR',
        'No zero-copy protocol found for put from cuda to cuda, 4096 bytes. Please check for proper GPU and/or HCA support, or set UCX_PROTO_EMULATION_ENABLE=y to proceed by allowing slower software emulation.',
      ),
      'Transfer failed on slot 0: NIXL_ERR_REMOTE_DISCONNECT',
    ],
    0,
    'EmulatedRma',
  ],
  [
    [
      `${E}CQ read failed on rail 0 with error: No route to host prov_errno: 15 len: 0`,
      `${E}Transfer completed with CQ error status NIXL_ERR_BACKEND`,
      'Transfer failed on slot 0: NIXL_ERR_BACKEND',
    ],
    0,
    'TransferFailed',
    /security group/,
  ],
  [
    [
      `${E}CQ read failed on rail 0 with error: Software caused connection abort prov_errno: 13 len: 0`,
      'Transfer failed on slot 0: NIXL_ERR_BACKEND',
    ],
    0,
    'PeerLost',
  ],
  [
    [
      `${E}CQ read failed on rail 0 with error: Input/output error prov_errno: 5 len: 0`,
      'Transfer failed on slot 0: NIXL_ERR_BACKEND',
    ],
    0,
    'TransferFailed',
  ],
  [
    [
      efa(
        'warn',
        'err: 103, message: Unresponsive remote (was previously responsive) My EFA addr: fi_addr_efa://[fe80::1]:1:2 (13)',
      ),
      'Transfer failed on slot 0: NIXL_ERR_BACKEND',
    ],
    0,
    'PeerLost',
  ],
  [
    [
      efa('warn', 'err: 113, message: Unreachable remote (never received a response) My EFA addr: x (15)'),
      'Transfer failed on slot 0: NIXL_ERR_BACKEND',
    ],
    0,
    'TransferFailed',
    /security group/,
  ],
  [
    [
      efa('warn', 'err: 257, message: Destination resource not ready (no work queue entries posted on receive queue)'),
      'Transfer failed on slot 0: NIXL_ERR_BACKEND',
    ],
    0,
    'TransferFailed',
    /enablePt/,
  ],
  [
    [
      'Libfabric EFA provider has encountered an internal error:',
      '',
      'Libfabric error: (-13) Permission denied',
      'EFA internal error: (4111) RMA address verification failed',
    ],
    3,
    'TransferFailed',
    /same NIXL and libfabric/,
  ],
  [
    [
      `${E}Handshake from peer 'target' not received after 30s; connection cannot be established.`,
      'postSlot failed for slot 0: NIXL_ERR_REMOTE_DISCONNECT',
    ],
    0,
    'TransferFailed',
    /enablePt/,
  ],
  [
    [
      `${E}Handshake protocol version mismatch: peer speaks 3, we speak 2. Upgrade both ends of the cluster to the same NIXL version.`,
      'postSlot failed for slot 0: NIXL_ERR_REMOTE_DISCONNECT',
    ],
    0,
    'MetadataExchange',
    /same NIXL version/,
  ],
  [
    [
      'Host fi_addr_efa://[fe80::1]:1:2 received a packet with invalid protocol version 3.',
      'This host can only support protocol version 4 and above.',
      'Aborted',
    ],
    0,
    'MetadataExchange',
    /same libfabric/,
  ],
  [
    [
      ucx('WARN', "transport 'cuda_ipc' is not available, please use one or more of: tcp"),
      'Transfer failed on slot 0: NIXL_ERR_REMOTE_DISCONNECT',
    ],
    1,
    'PeerLost',
  ],
  [
    [
      ucx('ERROR', 'gdr_pin_buffer failed. length :65536 ret:22'),
      'Transfer failed on slot 0: NIXL_ERR_REMOTE_DISCONNECT',
    ],
    1,
    'PeerLost',
  ],
  [
    [
      `${E}Error accessing directory("/none"): No such file or directory`,
      'Transfer failed on slot 0: NIXL_ERR_REMOTE_DISCONNECT',
    ],
    1,
    'PeerLost',
  ],
  [
    [ucx('ERROR', 'tcp_ep.c: Connection reset by remote peer'), 'NIXL Xfer failed with status: NIXL_ERR_BACKEND'],
    0,
    'PeerLost',
  ],
];

const OTHER_TRANSFERS: readonly Case[] = [
  [
    [
      ucx('ERROR', 'Transport retry count exceeded on mlx5_0:1/RoCE (synd 0x15 vend 0x81 hw_synd 0/0)'),
      'Transfer failed on slot 0: NIXL_ERR_BACKEND',
    ],
    0,
    'TransferFailed',
    /GID index/,
  ],
  [
    [
      ucx('ERROR', 'Remote access on mlx5_0:1/IB (synd 0x13 vend 0x88 hw_synd 0/0)'),
      'Transfer failed on slot 0: NIXL_ERR_BACKEND',
    ],
    0,
    'TransferFailed',
    /refused the access/,
  ],
  [
    [ucx('ERROR', 'recv(fd=33) failed: Connection reset by peer'), 'Transfer failed on slot 0: NIXL_ERR_BACKEND'],
    0,
    'PeerLost',
  ],
  [
    [
      `${E}CQ read failed on rail 0 with error: Remote I/O error prov_errno: 12 len: 0`,
      'Transfer failed on slot 0: NIXL_ERR_BACKEND',
    ],
    0,
    'PeerLost',
  ],
  [
    [
      ucx(
        'ERROR',
        'cannot find remote protocol for: ucp_context_0 inter-node cfg#2 | put(multi) from cuda/GPU0 to host',
      ),
      'NIXL Xfer failed with status: NIXL_ERR_CANCELED',
    ],
    0,
    'BackendUnavailable',
    /two memory types/,
  ],
  [
    [
      ucx(
        'ERROR',
        'ibv_create_ah(dlid=49152 sl=0 port=1 dgid=fe80::1 sgid_index=0 traffic_class=0) for UD mlx5 connect on mlx5_0 failed: No such device',
      ),
      'NIXL: loadRemoteMD failed: NIXL_ERR_BACKEND',
    ],
    0,
    'BackendUnavailable',
    /UCX_IB_GID_INDEX/,
  ],
  [
    [
      ucx('ERROR', 'ucp_ep_create() failed: Destination is unreachable'),
      'Transfer failed on slot 0: NIXL_ERR_REMOTE_DISCONNECT',
    ],
    1,
    'PeerLost',
  ],
  [
    [
      `${E}createXferReq: metadata for remote agent 'target' not found`,
      'Transfer failed on slot 0: NIXL_ERR_REMOTE_DISCONNECT',
    ],
    1,
    'PeerLost',
  ],
];

const METADATA: readonly Case[] = [
  [
    [
      `${E}Deserialization of tag c failed for incomplete data`,
      `${E}loadRemoteMD: failed to deserialize remote metadata`,
      'NIXL: loadRemoteMD failed: NIXL_ERR_MISMATCH',
    ],
    0,
    'MetadataExchange',
    /^Use NICs of one kind/,
  ],
  [
    [
      `${E}Deserialization of tag dest_data_ep_4 failed`,
      `${E}Failed to deserialize data rail endpoints with prefix: dest_data_ep_`,
      'NIXL: loadRemoteMD failed: NIXL_ERR_MISMATCH',
    ],
    0,
    'MetadataExchange',
    /same number of EFA devices/,
  ],
  [
    [`${E}Remote connection has 4 rails, expected 32`, 'prepareSlot failed for slot 0: NIXL_ERR_BACKEND'],
    0,
    'MetadataExchange',
    /same number of EFA devices/,
  ],
  [
    [`${E}loadRemoteMD: no common backend found`, 'NIXL: loadRemoteMD failed: NIXL_ERR_BACKEND'],
    0,
    'MetadataExchange',
    /same `backend`/,
  ],
  [
    [
      `${E}UCX endpoint create failed: failed to create ep`,
      `${E}loadRemoteMD: error loading connection info for backend 'UCX' with status NIXL_ERR_BACKEND`,
      'NIXL: loadRemoteMD failed: NIXL_ERR_BACKEND',
    ],
    1,
    'MetadataExchange',
    /^Set UCX_NET_DEVICES/,
  ],
];

const ETCD: readonly Case[] = [
  [
    ['Failed to acquire lock: etcdserver: user name is empty', 'Failed to setup ETCD runtime'],
    0,
    'EtcdUri',
    /authentication/,
  ],
  [
    ['Failed to acquire lock: Ssl handshake failed: SSL_ERROR_SSL', 'Failed to setup ETCD runtime'],
    0,
    'EtcdUri',
    /TLS/,
  ],
  [['Failed to acquire lock: etcdserver: requested lease not found'], 0, 'EtcdUnreachable', /lease/],
  [['Error in reduce operation: wait'], 0, 'RendezvousTimeout'],
];

const PERFTEST: readonly Case[] = [
  [
    [
      ucx('WARN', "network device 'mlx5_0:1' is not available, please use one or more of: 'eth0'(tcp)"),
      ucx('ERROR', 'no usable transports/devices (asked tcp on network:mlx5_0:1)'),
      ucx('ERROR', 'Failed to run test: No such device'),
    ],
    0,
    'NoTransport',
    /^Set UCX_NET_DEVICES/,
  ],
  [
    [
      ucx('WARN', "transports 'cuda_ipc','cuda_copy' are not available, please use one or more of: mm, tcp"),
      ucx('ERROR', 'failed to initialize'),
    ],
    0,
    'NoTransport',
    /ucx-cuda/,
  ],
  [
    [
      ucx('ERROR', 'cudaGetDeviceCount() failed: 35 (CUDA driver version is insufficient for CUDA runtime version)'),
      ucx('ERROR', 'Failed to run test: No such device'),
    ],
    0,
    'MemoryRegistration',
    /newer NVIDIA driver/,
  ],
  [
    [ucx('ERROR', 'no cuda devices available'), ucx('ERROR', 'Failed to run test: No such device')],
    0,
    'MemoryRegistration',
    /^Give the pod a GPU/,
  ],
  [
    [
      ucx('ERROR', 'no remote registered memory access transport to node-b:7: Unsupported operation'),
      ucx('ERROR', 'Failed to run test: Destination is unreachable'),
    ],
    0,
    'NoTransport',
    /same UCX_TLS/,
  ],
  [
    [ucx('ERROR', 'Connection reset by remote peer'), ucx('ERROR', 'Failed to run test: Input/output error')],
    0,
    'PeerLost',
  ],
  [[ucx('ERROR', 'Failed to run test: Endpoint timeout')], 0, 'PeerLost'],
  [[ucx('ERROR', 'Failed to run test: Out of memory')], 0, 'MemoryRegistration'],
  [["ucx_perftest: invalid option -- 'Z'"], 0, 'ToolOptions'],
  [[ucx('ERROR', 'Message size too small, need to be at least 1')], 0, 'ToolOptions'],
  [[ucx('ERROR', 'No zero-copy protocol found for put from host to host, 8 bytes. Please check')], 0, 'EmulatedRma'],
];

const PINGPONG: readonly Case[] = [
  [['fi_mr_reg(): util/pingpong.c:1200, ret=-14 (Bad address)'], 0, 'MemoryRegistration', /nvidia-peermem/],
  [['fi_domain(): util/pingpong.c:1100, ret=-12 (Cannot allocate memory)'], 0, 'NoTransport', /fi_info/],
  [["fi_pingpong: invalid option -- 'Z'"], 0, 'ToolOptions'],
  [
    ['[error] util/pingpong.c:900: cq_readerr: Unreachable remote (never received a response)'],
    0,
    'TransferFailed',
    /security group/,
  ],
  [['[error] util/pingpong.c:900: cq_readerr: Unresponsive remote (was previously responsive)'], 0, 'PeerLost'],
  [
    [
      'FI_EFA_USE_DEVICE_RDMA=1 was set by user, but EFA device has no rdma-read capability.  Application will abort().',
    ],
    0,
    'NoTransport',
    /^Unset/,
  ],
];

describe('messages of the libraries', () => {
  for (const [tool, cases] of [
    [
      'nixlbench',
      [...BACKEND, ...MEMORY, ...MISSING, ...OPTIONS, ...TRANSFERS, ...OTHER_TRANSFERS, ...METADATA, ...ETCD],
    ],
    ['ucx-perftest', PERFTEST],
    ['fi-pingpong', PINGPONG],
  ] as const) {
    for (const [lines, quoted, failureClass, hint] of cases) {
      it(`${tool}: "${(lines[quoted] ?? '').slice(0, 150)}" is ${failureClass}`, () => {
        const found = classify(tool, lines);
        assert.deepEqual([found?.class, found?.line], [failureClass, lines[quoted]?.trim()]);
        if (hint) assert.match(found?.hint ?? '', hint);
      });
    }
  }

  it('retries none of the classes of a missing back end, memory, option or metadata, and each of a lost peer', () => {
    for (const name of [
      'BackendUnavailable',
      'MemoryRegistration',
      'ToolOptions',
      'MetadataExchange',
      'EmulatedRma',
    ] as const)
      assert.equal(FAILURES[name].retry, 'never', name);
    for (const name of ['PeerLost', 'TransferFailed'] as const) assert.equal(FAILURES[name].retry, 'rendezvous', name);
  });

  it('takes an unreachable address for a consequence, because a lost rank is one too', () => {
    const [found] = findMessages(toolOf({ tool: 'ucx-perftest' }), [
      { text: ucx('ERROR', 'ucp_ep_create() failed: Destination is unreachable'), afterStop: false },
    ]);
    assert.deepEqual([found?.class, found?.consequence], ['NoTransport', true]);
  });

  it('gives each line the message of the first entry that matches', () => {
    const found = findMessages(toolOf({ tool: 'nixlbench' }), [
      { text: 'Failed to acquire lock: the target uri is not valid', afterStop: false },
    ]);
    assert.deepEqual(
      found.map((message) => message.class),
      ['EtcdUri'],
    );
  });

  it('reads the severity from the line', () => {
    const severityOf = (text: string) =>
      findMessages(toolOf({ tool: 'nixlbench' }), [{ text, afterStop: false }])[0]?.severity;
    const text = 'Connection reset by remote peer';
    for (const level of ['DIAG', 'INFO', 'DEBUG', 'TRACE', 'REQ', 'DATA', 'ASYNC', 'FUNC', 'POLL'])
      assert.equal(severityOf(ucx(level, text)), 'info', level);
    assert.equal(severityOf(ucx('WARN', text)), 'warning');
    assert.equal(severityOf(ucx('ERROR', text)), 'error');
    assert.equal(severityOf(ucx('FATAL', text)), 'error');
    assert.equal(severityOf(`${E}UCX INFO ${text}`), 'error');
    assert.equal(severityOf(`${W}${text}`), 'warning');
    assert.equal(severityOf(`${I}${text}`), 'info');
    assert.equal(severityOf(efa('warn', text)), 'warning');
    assert.equal(severityOf(efa('debug', text)), 'info');
  });
});

describe('output without a failure', () => {
  /** Lines of good runs with the logs of all libraries switched on. */
  const HEALTHY = [
    'WARNING: Adjusting num_iter to 1008 to allow equal distribution to 1 threads',
    'ASIO runtime bind/listen error -- using connect() instead',
    `${I}Discovered backend plugin: UCX`,
    `${I}Discovered 32 EFA devices`,
    `${I}provider=tcp, device=eth0`,
    `${I}No provider found with FI_HMEM capability for rail 0, retrying without FI_HMEM`,
    `${I}fi_senddata still retrying EAGAIN on rail 0 after 10000 attempts`,
    `${I}ep 0x1: state CONNECTED, UCX error handling callback was invoked with status -25 (Connection reset by remote peer)`,
    `${I}CUDA address workaround: enabled`,
    `${I}Multi-GPU detected (device 1), using cudaSetDevice fallback`,
    'libfabric:7:17::core:core:ofi_register_provider():525<info> registering provider: tcp (201.0)',
    'libfabric:7:17::core:core:ofi_register_provider():552<info> "tcp" filtered by provider include/exclude list, skipping',
    'libfabric:7:17::core:core:fi_getinfo_():1385<info> fi_getinfo: provider ofi_rxm returned -61 (No data available)',
    efa('info', 'FI_HMEM_CUDA P2P support is not available.'),
    efa('info', 'Unable to register CUDA device buffer via dmabuf: Bad address. Fall back to ibv_reg_mr'),
    efa('info', 'Registered memory of size 8192 for ibv pd 0x1, total mr reg size 8192, mr reg count 1'),
    efa('debug', 'Peer with gid 1 and qpn 2 not found in explicit or implicit AV'),
    ucx('INFO', 'Version 1.20.0 (loaded from /usr/lib/libucp.so.0)'),
    ucx('INFO', 'ucp_context_0 inter-node cfg#1 rma(srd/rdmap79s0:1)'),
    ucx('DEBUG', 'ibv_reg_mr(address=0x7f0000000000, length=4096, access=0xf) failed: Bad address'),
    ucx(
      'DIAG',
      'failed to register address 0x1 (cuda) length 4096 on md[5]=rdmap0s1: Unsupported operation (md supports: host)',
    ),
    ucx('DEBUG', 'cuMemGetHandleForAddressRange() failed: operation not supported'),
    ucx('DEBUG', 'gdr_pin_buffer failed. length :65536 ret:22'),
    ucx('TRACE', 'connect(fd=33, dest_addr=10.0.0.1:55385) failed: Operation now in progress'),
    ucx('DEBUG', 'no tag offload transport to node-b'),
    ucx('ERROR', 'cuDevicePrimaryCtxGetState(cuda_device, &flags, &active) failed: unrecognized error code 4'),
    '262144              1              0.067554       3880.5         31.0           31.0           148.9          440.0',
  ];

  /** Ends of crashes. The exit code and these lines name a crash, and no library message. */
  const CRASHES = [
    "terminate called after throwing an instance of 'std::bad_alloc'",
    '  what():  std::bad_alloc',
    'Segmentation fault (core dumped)',
    'Aborted (core dumped)',
    'Killed',
    'Bus error (core dumped)',
    '[node-a:101  :0:101] Caught signal 11 (Segmentation fault: address not mapped to object at address 0x18)',
    '==== backtrace (tid:    101) ====',
    ' 0 0x00000000000429c0 __sigaction()  ???:0',
    ' 1 0x0000000000043127 ucp_mem_map()  /build/ucx/src/ucp/core/ucp_mm.c:147',
    ' 2 0x0000000000043127 uct_ib_reg_mr()  /build/ucx/src/uct/ib/base/ib_md.c:147',
    ' 3 0x0000000000043127 ucp_ep_create()  /build/ucx/src/ucp/core/ucp_ep.c:985',
    ' 4  /usr/lib/libfabric.so.1(fi_mr_reg+0x2e4) [0x7f0000000000]',
    ' 5  /usr/lib/libcuda.so.1(cudaMalloc+0x2e4) [0x7f0000000000]',
    ' 6  /p/libplugin_UCX.so(nixlUcxContext::memReg+0x10) [0x7f0000000000]',
    ' 7  nixlAgent::createBackend()  /build/nixl/src/core/nixl_agent.cpp:396',
    ' 8  xferBenchNixlWorker::allocateMemory()  nixl_worker.cpp:634',
    '=================================',
  ];

  for (const { name } of TOOLS) {
    it(`names no failure of ${name} in a healthy log`, () => assert.equal(classify(name, HEALTHY), undefined));

    it(`names no cause of ${name} in a back trace`, () => {
      for (const line of CRASHES) assert.equal(classify(name, [line]), undefined, line);
    });

    it(`names the message and not the log around it, for ${name}`, () => {
      const line = 'nixlbench ucx_perftest fi_pingpong: error while loading shared libraries: libx.so';
      assert.equal(classify(name, [...HEALTHY, line, ...CRASHES])?.line, line);
    });
  }

  it('takes a warning of a library for no error', () => {
    for (const line of [
      efa(
        'warn',
        'Failed to register CUDA buffer with the EFA device, FI_HMEM transfers that require peer to peer support will fail.',
      ),
      `${W}8 NVIDIA GPU(s) were detected, but UCX CUDA support was not found! GPU memory is not supported.`,
      ucx('WARN', "transport 'cuda_ipc' is not available, please use one or more of: tcp"),
    ]) {
      const [found] = findMessages(toolOf({ tool: 'nixlbench' }), [{ text: line, afterStop: false }]);
      assert.equal(found?.severity, 'warning', line);
    }
  });
});

describe('tables of messages', () => {
  const VERBS =
    /^(?:Add|Allow|Change|Check|Compare|Decrease|Enable|End|Free|Give|Increase|Install|Correct|Load|Look up|Mount|Remove|Request|Restart|Set|Start|Unset|Use) /;

  for (const { name, messages } of TOOLS) {
    const table: readonly Message[] = messages;

    it(`have remedies that begin with a verb, for ${name}`, () => {
      for (const { hint } of table) {
        if (hint === undefined) continue;
        assert.match(hint, VERBS);
        assert.doesNotMatch(hint, /\.$/, hint);
      }
    });

    it(`have a topic for each cause and root, so that they can explain a symptom, for ${name}`, () => {
      for (const { text, about, class: failureClass } of table)
        assert.ok(about !== undefined || failureClass === 'ConsistencyFailed', String(text));
    });

    it(`repeat no text, for ${name}`, () => {
      const texts = table.map(({ text }) => String(text));
      assert.deepEqual(
        texts.filter((text, i) => texts.indexOf(text) !== i),
        [],
      );
    });
  }
});
