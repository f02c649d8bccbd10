import type { FailureClass } from '../../../verdict/failure.js';
import { type Message, messagesOf } from '../messages.js';

const NO_GPUDIRECT =
  'Load nvidia-peermem on the node, or enable dmabuf (open kernel modules of NVIDIA, kernel 5.12 or newer); the NIC cannot reach GPU memory';
const NO_MEMLOCK =
  'Remove the limit of locked memory (capability IPC_LOCK, memlock unlimited in the container runtime)';

/** Calls that register memory: of libibverbs, of its predecessor in MLNX_OFED, and of mlx5 (src/uct/ib/mlx5/ib_mlx5_dv.c). */
const REGISTER = '(?:ibv_(?:exp_)?reg_(?:dmabuf_|dm_)?mr\\w{0,40}|mlx5dv_devx_umem_reg\\w{0,40})\\b';

/** Calls that create a queue or another object of the NIC. */
const CREATE = '(?:ibv|mlx5dv|efadv)_(?:exp_)?(?:create_\\w{1,40}|devx_obj_create|alloc_\\w{1,40})\\(';

/** Matches a failed registration of libibverbs in the lines of UCX, libfabric and NIXL, with the error of the kernel. */
function registration(error: string): RegExp {
  return new RegExp(
    `(?:${REGISTER}.{0,300}failed|Unable to register MR|fi_mr_reg(?:attr|v)? ?(?:\\(\\))?(?: failed)?).{0,300}(?:: |Error \\d+ )${error}|fi_mr_reg\\w{0,40}\\(\\): .{0,200}\\(${error}\\)`,
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
      { text: new RegExp(`${REGISTER}.{0,300}failed`), depth: 'root' },
      { text: 'Unable to register MR', depth: 'root' },
      { text: /failed to register address \S+ .{0,20}\(?cuda/, hint: NO_GPUDIRECT },
      { text: 'failed to register address ' },
    ]),
    {
      text: new RegExp(
        `Please set max locked memory \\(ulimit -l\\)|${CREATE}.{0,200}failed.{0,40}: Cannot allocate memory`,
      ),
      class: backEnd,
      about: ['backend', 'memory'],
      depth: 'root',
      hint: NO_MEMLOCK,
    },
    ...messagesOf({ class: backEnd, about: ['connection', 'metadata', 'transfer', 'backend'], depth: 'root' }, [
      {
        // On RoCE, the kernel resolves the address of the other NIC during this step.
        text: /ibv_(?:exp_)?modify_qp\(.{0,200}failed|error modifying QP to |[Ff]ailed to modify .{0,20}QP|connect on \S{1,60} failed: /,
        consequence: true,
        hint: 'Set UCX_NET_DEVICES and UCX_IB_GID_INDEX to a NIC and a GID that reach the other node; the NIC cannot connect its queue pair',
      },
      {
        // EFA has no shared receive queues and no RC (openucx/ucx, src/uct/ib/rc).
        text: new RegExp(`${CREATE}.{0,300}failed.{0,40}: (?:Operation|Protocol) not supported`),
        hint: 'Set UCX_TLS to a transport that the NIC has (srd or ud on EFA); the NIC does not support the object in the message',
      },
      {
        text: new RegExp(`${CREATE}.{0,300}failed|failed to create \\w{1,20} QP|uct_iface_open\\(.{0,200}failed`),
        hint: 'Check the kernel log of the node and the firmware of the NIC, which refuses the object in the message, or set UCX_NET_DEVICES and UCX_TLS to others',
      },
      {
        text: /ibv_open_device.{0,100}failed/,
        hint: 'Give the pod all devices that /dev/infiniband shows (`resources`), and mount no /dev/infiniband of the node; the pod may not open the device',
      },
    ]),
  ];
}
