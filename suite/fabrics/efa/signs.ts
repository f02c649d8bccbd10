import type { Sign } from '../../verdict/sign.js';

const USES_TCP = 'libfabric uses its TCP provider';

/**
 * Matches a table of UCX in which a put or get to another node is emulated for large blocks, which only the last range of sizes
 * has. Tables of the connection of a process to itself or within a node, and of active messages, which NIXL uses for
 * notifications, do not count; a row without its table does.
 */
const EMULATED =
  /\.\.inf *\|[^|\n]*software emulation(?<!\b(?:(?:self|intra-node) cfg#|(?:active|tagged) message by|atomic)[^\n]{0,400}(?:\n(?![^\n]{0,400}cfg[#[])[^\n]{0,400}){1,40})/;

/**
 * Messages of NIXL and UCX that show that the bytes did not take the EFA path. Only NIXL's lines about the provider that it
 * chose count (ai-dynamo/nixl, src/utils/libfabric): libfabric's own log with FI_LOG_LEVEL=info, and NIXL's list of the devices
 * that it found, name every provider in the library.
 */
export const EFA_SIGNS: readonly Sign[] = [
  {
    code: 'tcp-fallback',
    text: 'devices (TCP fallback)',
    message: 'LIBFABRIC found no EFA device and fell back to TCP (with FI_PROVIDER=efa this is an error)',
  },
  {
    code: 'tcp-fallback',
    text: /Using simplified topology for (?:tcp|sockets) devices/,
    message: USES_TCP,
  },
  {
    code: 'tcp-fallback',
    text: /(?:Initializing rail \d+ with|Memory Registration: rail=).{0,200}\bprovider=(?:tcp|sockets)\b/,
    message: USES_TCP,
  },
  {
    code: 'emulated-rma',
    // UCX_PROTO_INFO=y prints one table for each operation (openucx/ucx, src/ucp/proto/proto_debug.c).
    text: EMULATED,
    message:
      'UCX emulates remote memory access in software: its transport has no RDMA write (srd has it since UCX 1.20)',
  },
  {
    code: 'efa-through-ucx',
    text: 'but the UCX backend was configured',
    message: 'NIXL recommends LIBFABRIC on this instance, but the test uses UCX',
  },
];
