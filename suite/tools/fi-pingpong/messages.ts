import { libfabricMessages } from '../common/libraries/libfabric-messages.js';
import { verbsMessages } from '../common/libraries/verbs-messages.js';
import { type Message, messagesOf } from '../common/messages.js';

/** Failure messages of fi_pingpong (ofiwg/libfabric 1.18 to 2.5, util/pingpong.c) and of libfabric. */
export const FI_PINGPONG_MESSAGES: readonly Message[] = [
  ...messagesOf({ class: 'ToolOptions', about: 'options', depth: 'root' }, [
    { text: /fi_pingpong: (?:invalid|unrecognized) option/ },
    { text: 'fi_pingpong: option requires an argument' },
    { text: 'Unknown endpoint : ', hint: 'Set `endpoint` to rdm, dgram or msg' },
    { text: 'Endpoint unsupported: ', hint: 'Set `endpoint` to rdm, dgram or msg' },
    { text: /^Error parsing ".{0,100}": /m },
  ]),
  {
    text: /fi_getinfo\(\): .{0,200}ret=-61/,
    class: 'NoTransport',
    about: 'backend',
    hint: 'Check FI_PROVIDER, `provider`, `endpoint` and `fi_info` in the probe; libfabric has no provider for this endpoint type and message size',
  },
  {
    text: 'Address already in use',
    class: 'ConnectionRefused',
    about: 'connection',
    depth: 'root',
    hint: 'Change `port`; another process uses the port of the test',
  },
  ...libfabricMessages('NoTransport'),
  ...verbsMessages('NoTransport'),
  {
    text: 'getaddrinfo : ',
    class: 'NoTransport',
    about: 'connection',
    depth: 'root',
    hint: 'Check the cluster DNS; the address of the server does not resolve in the pod',
  },
  ...messagesOf({ class: 'PeerLost', about: ['connection', 'transfer'] }, [
    { text: 'cq_readerr: Transport endpoint is not connected' },
    { text: 'no data or remote connection closed' },
    { text: 'Connection reset by peer' },
    { text: /\bctrl\/(?:read|send)\(\): .{0,100}Broken pipe/ },
  ]),
  ...messagesOf({ class: 'TransferFailed', about: ['connection', 'transfer'] }, [
    { text: /\b[ce]q_readerr: / },
    { text: /Error at iteration=\d+ size=\d+ byte=\d+/, class: 'ConsistencyFailed', about: 'transfer', depth: 'root' },
  ]),
  ...messagesOf({ class: 'NoTransport', about: 'backend' }, [
    {
      text: /\bfi_(?:fabric|domain|endpoint|enable|cq_open|av_open|eq_open|passive_ep|ep_bind)\w*\(\): .{0,200}ret=-\d+/,
      hint: 'Check `fi_info` in the probe and the limit of locked memory; libfabric lists the device but cannot open it',
    },
  ]),
  { text: 'failed to connect: ', class: 'ConnectionRefused', about: 'connection' },
  {
    text: 'Cannot allocate memory',
    class: 'MemoryRegistration',
    about: 'memory',
  },
];
