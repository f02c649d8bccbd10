import type { Sign } from '../common/fabric-kind.js';

/** Messages of NIXL, UCX and libfabric which show that the bytes did not take EFA's path. */
export const EFA_SIGNS: readonly Sign[] = [
  {
    code: 'tcp-fallback',
    text: 'devices (TCP fallback)',
    message: 'LIBFABRIC found no EFA device and fell back to TCP (FI_PROVIDER=efa makes that an error)',
  },
  {
    code: 'tcp-fallback',
    text: /provider(?:=|: )(?:tcp|sockets)\b/,
    message: 'libfabric’s provider is TCP',
  },
  {
    code: 'emulated-rma',
    text: 'software emulation',
    message:
      'UCX emulates remote memory access in software: its transport has no RDMA write (srd has it since UCX 1.20)',
  },
  {
    code: 'efa-through-ucx',
    text: 'but the UCX backend was configured',
    message: 'NIXL itself recommends LIBFABRIC on this instance',
  },
];
