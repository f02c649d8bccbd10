import type { FailureClass } from '../../../verdict/failure.js';
import { type Message, messagesOf } from '../messages.js';

const NO_GPUDIRECT =
  'Load nvidia-peermem on the node, or enable dmabuf (open kernel modules of NVIDIA, kernel 5.12 or newer); the NIC cannot reach GPU memory';
const NO_MEMLOCK =
  'Remove the limit of locked memory (capability IPC_LOCK, memlock unlimited in the container runtime)';

/** Matches a failed registration of libibverbs in the lines of UCX, libfabric and NIXL, with the error of the kernel. */
function registration(error: string): RegExp {
  return new RegExp(
    `(?:ibv_reg_(?:dmabuf_|dm_)?mr\\(.{0,300}failed|Unable to register MR|fi_mr_reg(?:attr|v)? ?(?:\\(\\))?(?: failed)?).{0,300}: ${error}|fi_mr_reg\\w*\\(\\): .{0,200}\\(${error}\\)`,
  );
}

/**
 * Errors of memory registration and of queues in libibverbs: UCX (openucx/ucx, src/uct/ib/base/ib_md.c, ib_iface.c), libfabric
 * (ofiwg/libfabric, prov/efa/src/efa_mr.c), NIXL (src/utils/libfabric/libfabric_rail.cpp) and fi_pingpong (util/pingpong.c).
 */
export function verbsMessages(backEnd: FailureClass): readonly Message[] {
  return [
    ...messagesOf({ class: 'MemoryRegistration', about: 'memory', depth: 'root' }, [
      { text: 'RDMAV_HUGEPAGES_SAFE=1', hint: 'Set RDMAV_HUGEPAGES_SAFE=1; the registered buffer lies in huge pages' },
      { text: registration('Bad address'), hint: NO_GPUDIRECT },
      { text: registration('Cannot allocate memory'), hint: NO_MEMLOCK },
      {
        text: registration('Invalid argument'),
        hint: 'Check that the NIC driver supports dmabuf and the whole buffer, or decrease the size of the buffer',
      },
      {
        text: registration('(?:Operation not supported|Function not implemented|Protocol not supported)'),
        hint: 'Use a NIC driver and rdma-core with dmabuf (rdma-core 34 or newer); they do not support the registration',
      },
      {
        text: registration('(?:Operation not permitted|Permission denied)'),
        hint: 'Add the capability IPC_LOCK to the container; the kernel refuses the registration',
      },
    ]),
    ...messagesOf({ class: 'MemoryRegistration', about: 'memory' }, [
      { text: /ibv_reg_(?:dmabuf_|dm_)?mr\(.{0,300}failed/, depth: 'root' },
      { text: 'Unable to register MR', depth: 'root' },
      { text: /failed to register address \S+ .{0,20}\(?cuda/, hint: NO_GPUDIRECT },
      { text: 'failed to register address ' },
    ]),
    {
      text: /Please set max locked memory \(ulimit -l\)|ibv_create_\w+\(.{0,200}failed: Cannot allocate memory/,
      class: backEnd,
      about: ['backend', 'memory'],
      depth: 'root',
      hint: NO_MEMLOCK,
    },
  ];
}
