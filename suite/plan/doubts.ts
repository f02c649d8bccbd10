import { familyOf } from '../cluster/device-families.js';
import { fabricKindOf } from '../fabrics/registry.js';
import { ceilingOf, type Fabric } from '../hardware/fabric.js';
import type { Concern } from '../run/concern.js';
import { environmentTexts } from '../schema/grammar.js';
import { isSameNode } from '../schema/placement.js';
import { nicsOfPod, resourcesOf } from '../spec/rank-resources.js';
import { rankEnvironment, type SuiteSpec } from '../spec/spec.js';
import { scopeOf, type TransportTestSpec, usableNics } from '../spec/transport-tests.js';
import { toolOf } from '../tools/registry.js';
import { formatBytes, formatRate } from '../units/units.js';
import { instanceTypes } from './planned-fabric.js';

/** Lists conditions that make a test's figure useless or its expectation impossible. */
export function doubts(spec: SuiteSpec, test: TransportTestSpec, fabric: Fabric | undefined): Concern[] {
  const found: Concern[] = [];
  const doubt = (message: string) => found.push({ subject: `test ${test.name}`, message });
  const resources = resourcesOf(spec, test);
  const { memory, hugepages2Mi } = resources;
  const nics = nicsOfPod(resources);
  const kind = fabricKindOf(spec.fabric);
  const needed = nics * kind.memoryPerDevice;
  const sharesNode = isSameNode(test);
  if (fabric && !sharesNode) {
    const visible = kind.visibleNics(fabric, nics);
    const ceiling = ceilingOf(fabric, scopeOf(test), usableNics(test, visible));
    const text = `${formatRate(ceiling.bytesPerSecond)} (${ceiling.explanation})`;
    if (test.claimed && test.claimed.value > ceiling.bytesPerSecond) {
      doubt(`the claimed ${formatRate(test.claimed.value)} exceeds the hardware ceiling: ${text}`);
    }
    if ((test.expect.minBandwidth ?? 0) > ceiling.bytesPerSecond) {
      doubt(
        `can never pass: expect.minBandwidth is ${formatRate(test.expect.minBandwidth ?? 0)}, above the hardware ceiling: ${text}`,
      );
    }
  }
  const [slot, ...others] = resources.devices;
  if (
    fabric &&
    slot?.count === 1 &&
    slot.nics === undefined &&
    others.length === 0 &&
    test.nics === undefined &&
    nics < fabric.nics &&
    familyOf(slot.resource, 'network').title === 'RDMA'
  ) {
    doubt(
      `has the ceiling of ${nics} of the ${fabric.nics} NICs of a node, because one slot of ${slot.resource} counts as one NIC; if it grants all of them, as a shared device plugin does, set its nics to ${fabric.nics} in resources.devices`,
    );
  }
  if (memory < needed) {
    doubt(
      `may run out of memory: ${nics} ${kind.devices} need about ${formatBytes(needed)} for their buffers, but a rank has ${formatBytes(memory)}`,
    );
  }
  if (kind.needsDevices && nics === 0 && !sharesNode && !spec.cluster.hostNetwork) {
    doubt(
      `cannot use ${kind.title}: its ranks request no ${kind.devices}; set resources.devices, resources.claims or nics, or cluster.hostNetwork`,
    );
  }
  const access = toolOf(test).transfer(test, []).operation;
  if (!sharesNode && access !== 'SEND') {
    for (const type of instanceTypes(spec)) {
      const reason = kind.emulated?.(type, access);
      if (reason) doubt(reason);
    }
  }
  const environment = environmentTexts(rankEnvironment(spec, test.env));
  toolOf(test).doubts(test, { environment, provider: kind.provider, hugepages: hugepages2Mi }).forEach(doubt);
  return found;
}
