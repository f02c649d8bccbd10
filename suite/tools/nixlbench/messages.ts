import { MEMORY_MESSAGES, type Message } from '../common/messages.js';

const PLUGIN_HINT =
  'Set NIXL_LOG_LEVEL=INFO to log the plug-in or library that was not loaded; NIXL_PLUGIN_DIR must contain libplugin_<back end>.so';

/** Failure messages of nixlbench (ai-dynamo/nixl, benchmark/nixlbench and src/core, 0.2.0 to 1.4.1) and etcd-cpp-apiv3. */
export const NIXLBENCH_MESSAGES: readonly Message[] = [
  { text: 'unknown command line flag', class: 'ToolOptions' },
  { text: 'ERROR: illegal value', class: 'ToolOptions' },
  { text: 'ERROR: failed validation of new value', class: 'ToolOptions' },
  { text: 'Incorrect buffer size configuration', class: 'ToolOptions' },
  {
    text: 'Invalid runtime: ',
    class: 'ToolOptions',
    hint: 'Use an image whose nixlbench has the ETCD runtime; this nixlbench was built without etcd-cpp-api',
  },
  {
    text: /Failed to store agent (?:target|initiator) prefix key in etcd/,
    class: 'EtcdUri',
    hint: 'Unset NIXL_ETCD_ENDPOINTS, which nixlbench does not need; NIXL tried to reach the etcd that it names',
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
  ...MEMORY_MESSAGES,
  { text: 'createXferReq failed', class: 'BackendUnavailable' },
  { text: 'Consistency check failed', class: 'ConsistencyFailed' },
  { text: 'loadRemoteMD failed', class: 'MetadataExchange' },
  {
    text: 'Deserialization of tag',
    class: 'MetadataExchange',
    hint: 'Give both ranks the same number of EFA devices; the ranks see different numbers of NICs',
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
