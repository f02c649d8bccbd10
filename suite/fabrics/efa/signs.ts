import type { Sign } from '../common/fabric-kind.js';

/** Messages of NIXL, UCX and libfabric that show that the bytes did not take the EFA path. */
export const EFA_SIGNS: readonly Sign[] = [
  {
    code: 'tcp-fallback',
    text: 'devices (TCP fallback)',
    message: 'LIBFABRIC found no EFA device and fell back to TCP (with FI_PROVIDER=efa this is an error)',
  },
  {
    code: 'tcp-fallback',
    text: /provider(?:=|: )(?:tcp|sockets)\b/,
    message: 'libfabric uses its TCP provider',
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
    message: 'NIXL recommends LIBFABRIC on this instance, but the test uses UCX',
  },
];
