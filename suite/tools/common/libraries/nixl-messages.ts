import { type Message, messagesOf } from '../messages.js';

const PLUGIN_MISSING = 'Set NIXL_PLUGIN_DIR to the folder of the plug-ins; it must contain libplugin_<back end>.so';
const PLUGIN_NOT_LOADED =
  'Set NIXL_LOG_LEVEL=INFO to log the plug-in or library that was not loaded; NIXL_PLUGIN_DIR must contain libplugin_<back end>.so';
const UCX_WITHOUT_CUDA =
  'Use a UCX with its CUDA modules (package ucx-cuda, libuct_cuda.so; UCX_MODULES and UCX_TLS must not exclude them); UCX takes GPU memory for host memory';
const OTHER_NICS =
  'Give both ranks the same number of EFA devices or other NICs; the ranks see different numbers of them';
const OTHER_VERSION = 'Use the same NIXL version on both nodes; the ranks cannot read each other’s metadata';

/**
 * Messages of NIXL (ai-dynamo/nixl 0.2.0 to 1.4.1 and its main branch of 2026: src/core, src/plugins/{ucx,libfabric},
 * src/utils/{ucx,libfabric,serdes}).
 */
export const NIXL_MESSAGES: readonly Message[] = [
  // The exception of a plug-in repeats the text of its reason, which stands in a line of its own before.
  ...messagesOf({ class: 'BackendUnavailable', about: 'backend', depth: 'symptom' }, [
    {
      text: /Failed to create UCX (?:context|worker)/,
      hint: 'Check UCX_TLS and UCX_NET_DEVICES, and that UCX was built with --enable-mt; UCX could not start',
    },
    {
      text: /No network devices found|Topology discovery failed|Failed to discover system topology/,
      hint: 'Check FI_PROVIDER and the devices of the pod (`resources.devices`); the plug-in found no network device',
    },
    {
      text: 'Failed to create engine: ',
      hint: 'Check the reason in the message; the plug-in could not start the back end',
    },
  ]),
  // NIXL tries all plug-ins that it finds. That one of another back end cannot be loaded explains no failure of this one.
  ...messagesOf({ class: 'BackendUnavailable', about: 'plugin', depth: 'root' }, [
    { text: 'Plugin file does not exist: ', hint: PLUGIN_MISSING },
    {
      text: /Failed to load plugin from .{0,400}cannot open shared object file/,
      hint: 'Install the library that the message names, or add its folder to LD_LIBRARY_PATH; the plug-in needs it',
    },
    {
      text: /Failed to load plugin from .{0,400}(?:undefined symbol|version `|symbol .{0,200}not defined)/,
      hint: 'Use libraries of the versions for which the plug-in was built; one of them lacks the symbol in the message',
    },
    {
      text: 'Failed to load plugin from ',
      hint: 'Check the reason in the message; the plug-in exists, but the linker refuses it',
    },
    {
      text: /Plugin API version mismatch|Failed to find nixl_plugin_init in|Plugin initialization failed for/,
      hint: 'Set NIXL_PLUGIN_DIR to the plug-ins of the same NIXL version; this plug-in is of another one',
    },
  ]),
  ...messagesOf({ class: 'BackendUnavailable', about: 'backend', depth: 'root' }, [
    {
      // Printed by libnuma, whose second copy (of libfabric) has not been initialized; then the process ends silently.
      text: 'request to allocate mask for invalid number',
      hint: 'Set LD_PRELOAD to one libnuma.so.1; the NIXL package and libfabric load two copies of it',
    },
    {
      text: 'is in illegal combination with',
      hint: 'Unset the other back end; NIXL does not allow the two in one agent',
    },
    {
      text: /fi_getinfo failed/,
      depth: 'cause',
      hint: 'Check FI_PROVIDER and the devices of the pod (on EFA, `fi_info -p efa` in the probe); libfabric finds no device of this provider',
    },
    {
      text: /Failed to build PCIe to Libfabric mapping|Failed to (?:initialize|load) hwloc topology/i,
      hint: 'Mount /sys of the node in the pod; NIXL cannot read the PCIe topology of the NICs',
    },
    {
      text: /\bfi_(?:fabric|domain|endpoint|enable|cq_open|av_open|ep_bind|getname)\b.{0,40} failed for rail \d+/,
      depth: 'cause',
      hint: 'Check `fi_info` in the probe and the limit of locked memory; libfabric lists the device but cannot open it',
    },
  ]),
  ...messagesOf({ class: 'BackendUnavailable', about: 'plugin' }, [
    // NIXL continues with the plug-ins that are linked into it or lie in other folders.
    { text: 'Error accessing directory(', severity: 'warning', hint: PLUGIN_MISSING },
    { text: 'Plugin directory does not exist or is not readable', severity: 'warning', hint: PLUGIN_MISSING },
    { text: /Failed to load plugin '.{0,50}' from any directory/, hint: PLUGIN_NOT_LOADED },
  ]),
  ...messagesOf({ class: 'BackendUnavailable', about: ['backend', 'plugin'], depth: 'symptom' }, [
    { text: /[Uu]nsupported backend:? /, hint: PLUGIN_NOT_LOADED },
    { text: "not found in plugin list, can't create", hint: PLUGIN_NOT_LOADED },
    { text: 'backend creation failed for ', about: 'backend' },
  ]),
  ...messagesOf({ class: 'MemoryRegistration', about: 'memory', depth: 'root' }, [
    { text: 'VRAM memory is detected as host by UCX', hint: UCX_WITHOUT_CUDA },
    { text: 'memory is detected as host, check that UCX', hint: UCX_WITHOUT_CUDA },
    {
      text: 'Memory type VRAM_SEG is not supported by libfabric backend',
      hint: 'Use a libfabric with CUDA (FI_HMEM) and its plug-in, on a provider with GPU memory such as efa, or use DRAM',
    },
    {
      text: /Memory type \S{1,30} is not supported by/,
      hint: 'Use a segment type that the back end supports; DRAM works with all of them',
    },
    {
      text: 'provider does not support FI_HMEM - falling back to system memory registration',
      hint: 'Use a libfabric provider with FI_HMEM, such as efa, or DRAM; this provider cannot register GPU memory',
    },
  ]),
  ...messagesOf({ class: 'MemoryRegistration', about: 'memory' }, [
    { text: 'but UCX CUDA support was not found', hint: UCX_WITHOUT_CUDA },
    {
      text: /Failed to ucp_(?:mem_map|mem_query|rkey_pack)/,
      hint: 'Set UCX_LOG_LEVEL=info to log why UCX refuses the memory; check memlock (IPC_LOCK) and GPUDirect',
    },
    {
      text: /Failed to query device from memory|Could not query EFA device from memory/,
      hint: 'Check that the driver and CUDA of the image fit together; CUDA does not know the address as GPU memory',
    },
    {
      text: /fi_mr_(?:reg|bind|enable|key)\w{0,40}\b.{0,30} (?:failed|returned)/,
      hint: 'Check memlock (IPC_LOCK), GPUDirect and the memory limit; libfabric refuses the memory',
    },
    { text: /Rail Manager registerMemory failed|Failed to register memory on rail/, depth: 'symptom' },
    { text: 'registration failed for the specified or all potential backends', depth: 'symptom' },
  ]),
  ...messagesOf({ class: 'MetadataExchange', about: ['metadata', 'connection'], depth: 'root' }, [
    {
      // Tags `t` and `c` are the type and the connection data of a back end (src/core/nixl_agent.cpp).
      text: /Deserialization of tag [tc] /,
      hint: 'Use NICs of one kind and the same NIXL version on both nodes; the ranks cannot read each other’s addresses',
    },
    { text: 'Deserialization of tag', hint: OTHER_NICS },
    {
      text: /Remote connection has \d+ (?:data |control )?rails, expected \d+|published zero rail endpoints|Failed to get key key_\d/,
      hint: OTHER_NICS,
    },
    {
      text: 'loadRemoteMD: no common backend found',
      hint: 'Use the same `backend` and plug-ins on both ranks; NIXL found no back end that both have',
    },
    {
      about: ['metadata', 'connection', 'transfer'],
      text: /Handshake protocol version mismatch|the peer speaks libfabric-plugin protocol version/,
      hint: 'Use the same NIXL version on both nodes; their LIBFABRIC plug-ins speak different protocols',
    },
  ]),
  ...messagesOf({ class: 'MetadataExchange', about: ['metadata', 'connection'] }, [
    { text: 'missing nixlSerDes tag', hint: OTHER_VERSION },
    { text: 'failed to deserialize remote metadata', hint: OTHER_VERSION },
    {
      text: /Failed to deserialize (?:data|control) rail endpoints|deserializeConnectionInfo failed|Failed to get remote address/,
      hint: OTHER_NICS,
    },
    { text: /Failed to deserialize handshake payload|Handshake (?:missing|has_conn)/, hint: OTHER_VERSION },
    {
      text: /error loading connection info for backend|UCX endpoint create failed/,
      hint: 'Set UCX_NET_DEVICES to an interface through which each node reaches the other; NIXL could not connect to the other rank',
    },
    {
      text: /error loading remote metadata for agent|nixlRemoteSection/,
      hint: 'Use the same back end, memory types and versions on both ranks; NIXL cannot use the memory of the other rank',
    },
    {
      text: /(?:fi_av_insert|insertAllAddresses|createAgentConnection) failed/,
      depth: 'symptom',
      hint: 'Use the same libfabric provider on both ranks; it refuses the address of the other rank',
    },
    { text: /No (?:valid )?connection found for (?:remote )?agent/ },
    {
      // NIXL forgets the other rank when it loses the connection.
      text: /metadata for remote agent .{0,100} not found/,
      class: 'PeerLost',
    },
    {
      text: /(?:createXferReq|prepXferDlist|makeXferReq): no /,
      hint: 'Compare the memory types of both ranks; NIXL knows no back end that has registered the memory of both sides',
    },
  ]),
  ...messagesOf({ class: 'TransferFailed', about: ['transfer', 'connection'] }, [
    {
      text: /Handshake from peer .{0,100} not received after|Failed to progress rails when waiting for handshake/,
      depth: 'root',
      hint: 'Set `enablePt`, and check the log of the other rank; its NIXL did not answer the handshake',
    },
    {
      text: /Handshake send to .{0,100} failed|Failed to allocate control request for handshake|sendHandshakeTo/,
      hint: 'Check the log of the other rank; NIXL could not send its handshake, and the suite starts both ranks again',
    },
    {
      text: 'Failed to establish connection with ',
      hint: 'Check the log of the other rank; NIXL could not connect to it, and the suite starts both ranks again',
    },
    { text: 'completed with CQ error', depth: 'symptom' },
    { text: /CQ read failed on rail/ },
    { text: /fi_(?:writedata|writemsg|read|senddata|sendmsg|recvmsg) failed on rail/ },
    { text: 'prepareAndSubmitTransfer failed', depth: 'symptom' },
    { text: 'UCX AM send failed with status' },
  ]),
];
