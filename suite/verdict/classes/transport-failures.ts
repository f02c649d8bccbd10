import type { FailureKind } from './failure-kind.js';

/** Failures of the ranks of a transport test. */
export const TRANSPORT_FAILURES = {
  StaleRendezvous: {
    retry: 'rendezvous',
    hint: 'Wait; etcd has keys of an earlier rank, and the next attempt uses a new group',
  },
  RendezvousTimeout: {
    retry: 'rendezvous',
    hint: 'Check the logs for a rank that started late; the suite starts both ranks again under a new group',
  },
  PeerLost: {
    retry: 'rendezvous',
    hint: 'Check the log of the rank that ended first; the suite starts both ranks again',
  },
  MetadataExchange: {
    retry: 'never',
    hint: 'Use the same NIC count, plug-ins and versions on both nodes; the ranks could not use each other’s metadata',
  },
  BackendUnavailable: {
    retry: 'never',
    hint: 'Check the plug-in (NIXL_PLUGIN_DIR), FI_PROVIDER and the `fi_info -p efa` output of the probe; NIXL could not create the back end',
  },
  UnsupportedBackend: {
    retry: 'never',
    hint: 'Use a back end that this nixlbench supports; its names are case-sensitive',
  },
  MemoryRegistration: {
    retry: 'never',
    hint: 'Check memlock (IPC_LOCK), huge pages, dmabuf and the memory limit (128Gi for 32 EFA devices)',
  },
  TransferFailed: {
    retry: 'rendezvous',
    hint: 'Check the logs of both ranks for the transfer error; the suite starts both ranks again',
  },
  EmulatedRma: {
    retry: 'never',
    hint: 'Use the back end LIBFABRIC, or a UCX with RDMA on this fabric (on EFA: UCX 1.20 or newer with the transport srd); UCX_PROTO_EMULATION_ENABLE=y allows the slow emulation',
  },
  ConsistencyFailed: {
    retry: 'never',
    hint: 'Do not use this data path; the received bytes differ from the sent bytes',
  },
  NoTransport: {
    retry: 'never',
    hint: 'Check UCX_TLS and UCX_NET_DEVICES; the device or transport does not exist in the pod',
  },
  ConnectionRefused: {
    retry: 'rendezvous',
    hint: 'Check the log of the server rank, which was not listening; the suite starts both ranks again',
  },
  ToolOptions: {
    retry: 'never',
    hint: 'Compare the command line with the --help of the tool in the image, which does not accept it',
  },
  ToolMissing: {
    retry: 'never',
    hint: 'Use an image that contains the tool and all of its libraries',
  },
  OutOfMemory: {
    retry: 'never',
    hint: 'Increase `resources.memory` (128Gi for 32 EFA devices); the container exceeded its memory limit',
  },
  Hung: {
    retry: 'rendezvous',
    hint: 'Increase `timeout` if the run time is expected; the suite stopped the tool at the time limit',
  },
  Crashed: {
    retry: 'rendezvous',
    hint: 'Check the stored logs of both ranks; the tool crashed before its result table was complete',
  },
  Incomplete: {
    retry: 'rendezvous',
    hint: 'Check the stored logs of both ranks; the output lacks rows or figures',
  },
} as const satisfies Record<string, FailureKind>;
