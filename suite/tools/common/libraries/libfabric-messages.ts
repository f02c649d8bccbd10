import type { FailureClass } from '../../../verdict/failure.js';
import { type Message, messagesOf } from '../messages.js';

const SECURITY_GROUP =
  'Allow all traffic within the security group of the EFA devices, in and out, and use nodes of one zone; the other NIC never answered';
const PEER_GONE = 'Check the log of the other rank, which ended or lost its NIC; the suite starts both ranks again';

/** Matches a status of the EFA device: as text (prov/efa/src/efa_errno.h), or as number in NIXL's line about a completion. */
function efaStatus(code: number, text: string): RegExp {
  return new RegExp(`CQ .{0,200}prov_errno: ${code}\\b|${text}`);
}

/**
 * Messages of libfabric (ofiwg/libfabric 1.18 to 2.5, prov/efa/src, src/hmem*.c). libfabric logs its failures as `<warn>`, and
 * only with FI_LOG_LEVEL.
 *
 * @param backEnd class of a device that does not work, in the words of the program that uses libfabric
 */
export function libfabricMessages(backEnd: FailureClass): readonly Message[] {
  return [
    ...messagesOf({ class: backEnd, about: 'backend', depth: 'root' }, [
      {
        text: /FI_EFA_USE_DEVICE_RDMA=1 was set.{0,80}no rdma/i,
        hint: 'Unset FI_EFA_USE_DEVICE_RDMA, or use an instance type whose EFA device has RDMA',
      },
      { text: 'FI_EFA_USE_DEVICE_RDMA was set to an invalid value', hint: 'Set FI_EFA_USE_DEVICE_RDMA to 0 or 1' },
      {
        // One verbs device that the pod may not open hides all EFA devices (src/efa_device.c; ofiwg/libfabric issue 12708).
        text: /ibv_open_device failed! errno|efa_device_construct\w{0,40} failed for device/,
        hint: 'Remove volumes and privileges that show the pod more of /dev/infiniband than the device plugin gives it; libfabric may not open one of the devices, and then finds no EFA device',
      },
      {
        text: 'Libfabric EFA provider is operating in',
        hint: 'Set FI_EFA_FORK_SAFE=1, or use a kernel of version 5.13 or newer; the process called fork(), and libfabric ended it',
      },
    ]),
    {
      text: /cannot create ah for its own address/,
      class: backEnd,
      about: ['backend', 'connection'],
      depth: 'root',
      hint: 'Check the kernel log of the node and the network interface of the EFA device; it does not accept its own address',
    },
    {
      // src/efa_ah.c; since libfabric 2.5, the message names the causes.
      text: /ibv_create_ah failed(?! with ENOMEM for implicit)/,
      class: 'MetadataExchange',
      about: ['metadata', 'connection', 'backend'],
      depth: 'root',
      hint: 'Use nodes of one availability zone and subnet; the EFA device refuses the address of the other one',
    },
    ...messagesOf({ class: 'MemoryRegistration', about: ['memory', 'transfer'], depth: 'root' }, [
      {
        text: 'Failure to post internal receive buffers',
        hint: 'Remove the limit of locked memory (capability IPC_LOCK, memlock unlimited in the container runtime); libfabric could not register its receive buffers',
      },
      {
        text: /EFA internal error: \(4105\)/,
        class: 'OutOfMemory',
        hint: 'Increase `resources.memory` (128Gi for 32 EFA devices), and remove the limit of locked memory (IPC_LOCK); libfabric had no memory',
      },
    ]),
    {
      text: 'received a packet with invalid protocol version',
      class: 'MetadataExchange',
      about: ['connection', 'transfer', 'metadata'],
      depth: 'root',
      hint: 'Use the same libfabric (EFA installer) on both nodes; the two speak different versions of the protocol',
    },
    ...messagesOf({ class: 'PeerLost', about: ['connection', 'transfer'], depth: 'root', hint: PEER_GONE }, [
      { text: efaStatus(13, 'Unresponsive remote \\(was previously responsive\\)') },
      { text: 'Unresponsive receiver (connection previously established)' },
      { text: 'Unresponsive receiver (reachable by EFA device but handshake failed)' },
      { text: efaStatus(8, 'Connection was reset by remote peer|Receiver connection aborted') },
      { text: efaStatus(12, 'Unexpected status re(?:turned by responder|ceived from remote)') },
      { text: efaStatus(9, 'Bad queue pair \\(QP\\) number|Invalid receiver queue pair number') },
    ]),
    ...messagesOf({ class: 'TransferFailed', about: ['connection', 'transfer'], depth: 'root' }, [
      { text: efaStatus(15, 'Unreachable remote|Unresponsive (?:receiver|remote)'), hint: SECURITY_GROUP },
      {
        text: efaStatus(10, 'Destination resource not ready|Receiver not ready'),
        hint: 'Decrease the number of transfers in flight, or set `enablePt`; the other rank had posted no receive buffer',
      },
      {
        text: efaStatus(
          7,
          'Remote key \\(RKEY\\) not registered|Remote memory registration is invalid|RMA address verification failed',
        ),
        hint: 'Use the same NIXL and libfabric on both nodes; the target does not know the memory of the transfer',
      },
      {
        text: efaStatus(14, 'No valid address handle at remote side'),
        hint: 'Use the same NIXL and number of EFA devices on both nodes; the target does not know the address of the initiator',
      },
      {
        text: /Failur?e? (?:posting|to post) handshake to peer/,
        hint: 'Check the log of the other rank; libfabric could not send its handshake, and the suite starts both ranks again',
      },
      {
        text: efaStatus(2, 'Internal queue pair error'),
        hint: 'Check the kernel log of the node for errors of the EFA device; its queue pair failed',
      },
      // libfabric up to 1.18 ends the program with `Unable to write to EQ` (prov/efa/src/rxr/rxr.h).
      { text: /EFA internal error: \(\d+\)|Unable to write to EQ: /, depth: 'cause' },
    ]),
    {
      text: 'Libfabric EFA provider has encountered an internal error',
      class: 'TransferFailed',
      about: ['connection', 'transfer'],
      depth: 'symptom',
    },
    ...messagesOf({ class: 'MemoryRegistration', about: 'memory', depth: 'root' }, [
      {
        // nixlbench has the same text, with the error code.
        text: /^libfabric:.{0,300}Failed to allocate CUDA buffer/m,
        hint: 'Give the pod a GPU with free memory (`resources.gpu`, `nvidia-smi`), or use DRAM; libfabric could not allocate memory on it',
      },
      {
        text: 'Failed to register CUDA buffer',
        hint: 'Enable GPUDirect for the EFA device (nvidia-peermem or dmabuf), or set FI_HMEM_DISABLE_P2P=1 as a control; it cannot reach GPU memory',
      },
      {
        text: 'P2P support is not available',
        hint: 'Check dmabuf support of the kernel and the NVIDIA driver, or set FI_HMEM_DISABLE_P2P=1 as a control; the EFA device cannot reach GPU memory',
      },
      {
        text: 'Cannot register memory for uninitialized iface',
        hint: 'Use a libfabric with CUDA (FI_HMEM), and give the pod a GPU; libfabric has not initialized CUDA',
      },
      {
        text: 'ibv_reg_dmabuf_mr is required for memory registration',
        hint: 'Use a libfabric that was built with rdma-core 34 or newer; it cannot register dmabuf memory',
      },
      {
        text: /Failed to (?:dlopen|find|load) lib(?:cuda|cudart)\b/i,
        depth: 'cause',
        hint: 'Use an image with libcudart, on a node with the NVIDIA driver; libfabric cannot load CUDA',
      },
    ]),
  ];
}
