import type { FailureClass } from '../../../verdict/failure.js';
import { type Message, messagesOf } from '../messages.js';

const OTHER_DEVICE = 'Set UCX_NET_DEVICES to a device that the message lists; the pod lacks the one that was asked for';
const OTHER_TRANSPORT = 'Set UCX_TLS to transports that the message lists; this UCX lacks the one that was asked for';
const NO_CUDA =
  'Install the CUDA modules of UCX (package ucx-cuda, libuct_cuda.so), or remove the transports of CUDA from UCX_TLS';
const NO_ROUTE = 'Set UCX_NET_DEVICES to an interface through which each node reaches the other';

/**
 * Messages of UCX (openucx/ucx 1.13 to 1.22, src/ucp/core, src/ucp/wireup, src/uct).
 *
 * @param backEnd class of a device or transport that does not exist, in the words of the program that uses UCX
 */
export function ucxMessages(backEnd: FailureClass): readonly Message[] {
  return [
    {
      // UCX up to 1.12 has no `API` in it.
      text: /UCP (?:API )?version is incompatible/,
      class: 'ToolMissing',
      about: ['library', 'backend'],
      depth: 'root',
      hint: 'Install the UCX version that the message names; NIXL was built against a newer UCX than the one in the image',
    },
    // UCX PR #11289, src/ucp/proto/proto_reconfig.c; NIXL PR #1611 asked for it.
    {
      text: /No zero-copy protocol found for (?:put|get)\b/,
      class: 'EmulatedRma',
      about: ['transfer', 'connection'],
      depth: 'root',
    },
    ...messagesOf({ class: backEnd, about: 'backend', depth: 'root' }, [
      { text: /devices? '.{0,500} (?:is|are) not available, please use one or more of/, hint: OTHER_DEVICE },
      {
        text: /transports? '[^:]{0,300}(?:cuda|gdr_copy).{0,300} (?:is|are) not available, please use/,
        hint: NO_CUDA,
      },
      { text: /transports? '.{0,500} (?:is|are) not available, please use/, hint: OTHER_TRANSPORT },
      {
        text: /UCX +ERROR +Invalid value for \w+: /,
        hint: 'Correct the value of the UCX variable in the message',
      },
      { text: 'The device lists are empty', hint: 'Unset UCX_NET_DEVICES, or name a device in it; it is empty' },
      { text: 'The TLs list is empty', hint: 'Unset UCX_TLS, or name a transport in it; it is empty' },
      {
        text: 'no usable transports/devices',
        depth: 'cause',
        hint: 'Check UCX_TLS and UCX_NET_DEVICES; no transport of the one works on a device of the other',
      },
      {
        text: 'exceeded transports/devices limit',
        depth: 'cause',
        hint: 'Set UCX_TLS and UCX_NET_DEVICES to fewer transports and devices; the message has the limit',
      },
      {
        text: /UCX +ERROR +no [a-z ]{3,60} transport\b.{0,500}no peer failure handler/,
        depth: 'cause',
        about: ['backend', 'connection', 'metadata'],
        hint: 'Add a network transport that detects a lost peer (tcp, rc, srd) to UCX_TLS, and its device to UCX_NET_DEVICES; NIXL demands it',
      },
      {
        text: /UCX +ERROR +no [a-z ]{3,60} transport\b/,
        depth: 'cause',
        about: ['backend', 'connection', 'metadata'],
        hint: 'Give both ranks the same UCX_TLS and UCX_NET_DEVICES; UCX found no transport that both have',
      },
    ]),
    ...messagesOf({ class: backEnd, about: ['connection', 'metadata'], depth: 'root', consequence: true }, [
      { text: 'Destination is unreachable', hint: NO_ROUTE },
      {
        text: /connect\(fd=\d+, dest_addr=[^)]{0,100}\) failed: (?!Connection (?:refused|reset))/,
        hint: NO_ROUTE,
      },
    ]),
    // Limits of the pod (src/uct/sm/mm/posix/mm_posix.c, src/ucs/sys, src/ucs/async).
    ...messagesOf({ class: backEnd, about: ['backend', 'memory', 'transfer'], depth: 'root' }, [
      {
        text: /Please check that \/dev\/shm|(?:shm_open|ftruncate|shmget|shmat)\(.{0,200}failed: (?:No space left|Cannot allocate|Invalid argument)/,
        hint: 'Mount a larger /dev/shm in the pod (an emptyDir with medium Memory), or exclude shared memory (UCX_TLS=^sm)',
      },
      {
        text: /UCX +ERROR .{0,300}failed: Too many open files/,
        hint: 'Increase the limit of open files (nofile) in the container runtime; UCX needs more file descriptors',
      },
      {
        text: /UCX +ERROR .{0,300}(?:pthread_create|clone|fork)\(.{0,200}failed: Resource temporarily unavailable/,
        hint: 'Increase the limit of processes of the pod (podPidsLimit of the kubelet); UCX could not start a thread',
      },
    ]),
    // UCX prints this when it crashes (src/ucs/debug/debug.c). CUDA maps GPU memory without access for the CPU.
    {
      text: 'Segmentation fault: invalid permissions for mapped object',
      class: 'MemoryRegistration',
      about: 'memory',
      depth: 'root',
      hint: 'Use a UCX with its CUDA modules (ucx-cuda, libuct_cuda.so), of the version for which NIXL was built, or use DRAM; the CPU accessed memory of the GPU',
    },
    {
      text: 'Bus error: nonexistent physical address',
      class: 'MemoryRegistration',
      about: 'memory',
      depth: 'root',
      hint: 'Mount a larger /dev/shm in the pod, or request more huge pages; no memory was left behind the address',
    },
    {
      text: 'cannot find remote protocol for: ',
      class: backEnd,
      about: ['transfer', 'connection'],
      depth: 'root',
      hint: 'Use a UCX with transports for the two memory types in the message (CUDA modules, and RDMA for GPU memory)',
    },
    {
      text: /ibv_create_ah\(.{0,400}failed/,
      class: backEnd,
      about: ['connection', 'metadata', 'transfer'],
      depth: 'root',
      hint: 'Set UCX_NET_DEVICES and UCX_IB_GID_INDEX to a NIC and a GID that reach the other node; the address of the other NIC is not valid',
    },
    ...messagesOf({ class: 'PeerLost', about: ['connection', 'transfer'] }, [
      { text: /connect\(fd=\d+, dest_addr=[^)]{0,100}\) failed: / },
      { text: 'Connection reset by remote peer' },
      { text: 'Endpoint timeout' },
      { text: 'Endpoint is not connected' },
      // Sockets of the transport tcp (src/uct/tcp/tcp_ep.c), and of ucx_perftest itself (perftest_mpi.c, perftest.c).
      { text: /\b(?:send|recv|sendmsg|writev)v?\((?:(?:fd=)?-?\d+)?\) failed: / },
    ]),
    // Errors of a queue pair (src/uct/ib/mlx5/ib_mlx5_log.c, src/uct/ib/base/ib_log.c).
    ...messagesOf({ class: 'TransferFailed', about: ['connection', 'transfer'] }, [
      {
        text: /(?:Transport|Receive-no-ready) retry count(?:er)? exceeded/i,
        hint: 'Check the link and the routes between the two NICs (on RoCE also the GID index and PFC); the other NIC did not answer',
      },
      { text: /Remote side aborted\b.{0,60}\(synd 0x/, class: 'PeerLost' },
      {
        text: /(?:Remote (?:access|OP|QP)|Invalid request)\b.{0,60}\(synd 0x/,
        hint: 'Check the log of the other rank, whose NIC refused the access',
      },
      { text: /(?:Bad response|Memory window bind|Local (?:length|QP operation|protection|access))\b.{0,60}\(synd 0x/ },
      { text: /(?:send|receive) completion with error: /i },
    ]),
  ];
}
