import { DEVICE_BYTES } from '../common/byte-source.js';
import type { FabricKind, Interfaces } from '../common/fabric-kind.js';
import { ethernet } from './ceiling.js';
import { type EthernetSpec, ethernetSpec } from './spec.js';

/** Network interfaces of the kernel. TCP and transports emulated over TCP are the expected path. */
export const ethernetKind = {
  name: 'ethernet',
  schema: ethernetSpec,
  title: 'Ethernet',
  devices: 'interfaces',
  defaultDevices: [],
  environment: {},
  workerEnvironment: {},
  runtimeImageSuffix: '',
  emulatesOldUcx: false,
  deviceClass: 'net',
  linkLayers: [],
  byteSources: [DEVICE_BYTES],
  events: [],
  signs: [],
  memoryPerDevice: 0,
  needsDevices: false,
  countsCards: ({ nics }) => nics > 1,
  fabricOf: (spec) => ethernet(spec.rate, 'declared in the spec', listOf(spec.interface).length),
  fabricOfReading: () => undefined,
  unknown: () => ({ message: 'the rate of the interface is unknown', hint: 'Set fabric.rate' }),
  instanceTypes: () => [],
  interfaces: (spec) => spec.interface,
  visibleNics: ({ nics }) => nics,
  carries: ({ device }, interfaces) => listOf(interfaces).some((name) => device === `net/${name}`),
  countersText: (interfaces) => `statistics of ${listOf(interfaces).join(', ')}`,
  rateAgrees: () => true,
  emulatedWrite: () => undefined,
  probeProblems: () => [],
} satisfies FabricKind<EthernetSpec>;

function listOf(interfaces: Interfaces): readonly string[] {
  return typeof interfaces === 'string' ? [interfaces] : interfaces;
}
