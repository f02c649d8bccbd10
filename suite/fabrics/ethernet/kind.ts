import type { FabricKind } from '../common/fabric-kind.js';
import { ethernet } from './ceiling.js';
import { type EthernetSpec, ethernetSpec } from './spec.js';

/** A network interface of the kernel. TCP and transports emulated over TCP are the expected path. */
export const ethernetKind = {
  name: 'ethernet',
  schema: ethernetSpec,
  emulatesOldUcx: false,
  countsCards: false,
  byteCounters: { net: ['tx_bytes', 'rx_bytes'] },
  signs: [],
  memoryPerDevice: 0,
  fabricOf: ({ rate }) => ethernet(rate, 'declared in the spec'),
  ofInstanceType: () => undefined,
  unknown: () => ({ message: 'the rate of the interface is unknown', hint: 'Set fabric.rate' }),
  instanceTypes: () => [],
  networkInterface: (spec) => spec.interface,
  visibleNics: ({ nics }) => nics,
  carries: (device, networkInterface) => device === `net/${networkInterface}`,
  countersText: (networkInterface) => `statistics of ${networkInterface}`,
  probeProblems: () => [],
} satisfies FabricKind<EthernetSpec>;
