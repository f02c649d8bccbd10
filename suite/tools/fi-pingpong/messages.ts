import { MEMORY_MESSAGES, type Message } from '../shared/messages.js';

/** ofiwg/libfabric, util/pingpong.c. */
export const FI_PINGPONG_MESSAGES: readonly Message[] = [
  { text: 'fi_pingpong: invalid option', class: 'ToolOptions' },
  { text: 'Unknown endpoint : ', class: 'ToolOptions' },
  { text: /^Error parsing ".{0,100}": /m, class: 'ToolOptions' },
  {
    text: /fi_getinfo\(\): .{0,200}ret=-61/,
    class: 'NoTransport',
    hint: 'libfabric has no provider of this name with this endpoint type and message size: check FI_PROVIDER, `provider`, `endpoint` and `fi_info` in the probe',
  },
  { text: 'Address already in use', class: 'ConnectionRefused', hint: 'the port of the test is taken: change `port`' },
  ...MEMORY_MESSAGES,
  { text: 'getaddrinfo : ', class: 'NoTransport', hint: 'the address of the server does not resolve in the pod' },
  { text: 'cq_readerr: Transport endpoint is not connected', class: 'PeerLost' },
  { text: 'no data or remote connection closed', class: 'PeerLost' },
  { text: 'Connection reset by peer', class: 'PeerLost' },
  { text: 'cq_readerr: ', class: 'TransferFailed' },
  { text: 'failed to connect: ', class: 'ConnectionRefused' },
];
