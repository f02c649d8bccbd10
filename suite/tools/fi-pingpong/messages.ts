import { MEMORY_MESSAGES, type Message } from '../common/messages.js';

/** Failure messages of fi_pingpong (ofiwg/libfabric, util/pingpong.c). */
export const FI_PINGPONG_MESSAGES: readonly Message[] = [
  { text: 'fi_pingpong: invalid option', class: 'ToolOptions' },
  { text: 'Unknown endpoint : ', class: 'ToolOptions' },
  { text: /^Error parsing ".{0,100}": /m, class: 'ToolOptions' },
  {
    text: /fi_getinfo\(\): .{0,200}ret=-61/,
    class: 'NoTransport',
    hint: 'Check FI_PROVIDER, `provider`, `endpoint` and `fi_info` in the probe; libfabric has no provider for this endpoint type and message size',
  },
  {
    text: 'Address already in use',
    class: 'ConnectionRefused',
    hint: 'Change `port`; another process uses the port of the test',
  },
  ...MEMORY_MESSAGES,
  {
    text: 'getaddrinfo : ',
    class: 'NoTransport',
    hint: 'Check the cluster DNS; the address of the server does not resolve in the pod',
  },
  { text: 'cq_readerr: Transport endpoint is not connected', class: 'PeerLost' },
  { text: 'no data or remote connection closed', class: 'PeerLost' },
  { text: 'Connection reset by peer', class: 'PeerLost' },
  { text: 'cq_readerr: ', class: 'TransferFailed' },
  { text: 'failed to connect: ', class: 'ConnectionRefused' },
];
