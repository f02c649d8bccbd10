import type { FailureKind } from './failure-kind.js';

/** Failures of the ranks of a transport test. */
export const TRANSPORT_FAILURES = {
  StaleRendezvous: {
    retry: 'rendezvous',
    what: 'found keys of an earlier rank in etcd',
    hint: 'Wait; etcd has keys of an earlier rank, and the next attempt uses a new group',
  },
  RendezvousTimeout: {
    retry: 'rendezvous',
    what: 'did not meet its peer in time',
    hint: 'Check the logs for a rank that started late; the suite starts both ranks again under a new group',
  },
  PeerLost: {
    retry: 'rendezvous',
    what: 'lost its peer',
    hint: 'Check the log of the rank that ended first; the suite starts both ranks again',
  },
  MetadataExchange: {
    retry: 'never',
    what: 'could not use the metadata of its peer',
    hint: 'Use the same NIC count, plug-ins and versions on both nodes; the ranks could not use each other’s metadata',
  },
  BackendUnavailable: {
    retry: 'never',
    what: 'could not create its NIXL back end',
    hint: 'Check the plug-in (NIXL_PLUGIN_DIR), FI_PROVIDER or UCX_TLS, and the devices of the pod (on EFA, `fi_info -p efa` in the probe); NIXL could not create the back end',
  },
  UnsupportedBackend: {
    retry: 'never',
    what: 'does not support the back end',
    hint: 'Use a back end that this nixlbench supports; its names are case-sensitive',
  },
  MemoryRegistration: {
    retry: 'never',
    what: 'could not register its memory',
    hint: 'Check memlock (IPC_LOCK), huge pages, dmabuf and the memory limit (on EFA, 32 devices need 128Gi)',
  },
  TransferFailed: {
    retry: 'rendezvous',
    what: 'could not complete a transfer',
    hint: 'Check the logs of both ranks for the transfer error; the suite starts both ranks again',
  },
  EmulatedRma: {
    retry: 'never',
    hint: 'Use the back end LIBFABRIC, or a UCX with RDMA on this fabric (on EFA: UCX 1.20 or newer with the transport srd); UCX_PROTO_EMULATION_ENABLE=y allows the slow emulation',
  },
  ConsistencyFailed: {
    retry: 'never',
    what: 'received other bytes than were sent',
    hint: 'Do not use this data path; the received bytes differ from the sent bytes',
  },
  NoTransport: {
    retry: 'never',
    what: 'found no usable transport or device',
    hint: 'Check UCX_TLS and UCX_NET_DEVICES; the device or transport does not exist in the pod',
  },
  ConnectionRefused: {
    retry: 'rendezvous',
    what: 'could not open or reach the port of the test',
    hint: 'Check the log of the server rank, which was not listening; the suite starts both ranks again',
  },
  ToolOptions: {
    retry: 'never',
    what: 'refused its command line',
    hint: 'Compare the command line with the --help of the tool in the image, which does not accept it',
  },
  ToolMissing: {
    retry: 'never',
    what: 'could not start the tool',
    hint: 'Use an image that contains the tool and all of its libraries',
  },
  OutOfMemory: {
    retry: 'never',
    hint: 'Increase `resources.memory` (on EFA, 32 devices need 128Gi); the container exceeded its memory limit',
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
