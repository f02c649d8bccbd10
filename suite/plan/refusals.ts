import { fabricKindOf } from '../fabrics/registry.js';
import type { Fabric } from '../hardware/fabric.js';
import { gpusOfClaims } from '../pod/claims.js';
import type { Concern } from '../run/concern.js';
import { nicsOfPod, requestsText } from '../spec/rank-resources.js';
import { sharedNodeDemands } from '../spec/shared-node.js';
import type { SuiteSpec } from '../spec/spec.js';
import { toolOf } from '../tools/registry.js';
import { formatCount } from '../units/count.js';
import { refusedWorkers } from './inference-forecast.js';
import { instanceTypes } from './planned-fabric.js';

/** Lists the tests whose ranks do not fit on one node together, though they should run there. */
function refusedSharing(spec: SuiteSpec, { gpus, nics }: Fabric, subject: string): Concern[] {
  return sharedNodeDemands(spec).flatMap(({ test, rank }) => {
    const wanted = { gpus: rank.gpu.count, nics: nicsOfPod(rank) };
    const refuse = (key: keyof typeof wanted, has: number, what: string) =>
      2 * wanted[key] <= has
        ? []
        : {
            subject: `test ${test}`,
            message: `places both ranks on one node, but ${subject} have ${formatCount(has, what)} and the ranks request 2 × ${wanted[key]}; set ${key} of the test to at most ${Math.floor(has / 2)}`,
          };
    return [refuse('gpus', gpus, 'GPU'), refuse('nics', nics, 'NIC')].flat();
  });
}

/** Lists requests that no node of the named instance types can satisfy. */
export function refusals(spec: SuiteSpec): Concern[] {
  const refused: Concern[] = [];
  const { gpu } = spec.resources;
  const nics = nicsOfPod(spec.resources);
  const kind = fabricKindOf(spec.fabric);
  for (const instanceType of instanceTypes(spec)) {
    const fabric = kind.fabricOf(spec.fabric, instanceType);
    const subject = `nodes of type ${instanceType}`;
    if (!fabric) {
      const { message, hint } = kind.unknown(spec.fabric, instanceType);
      refused.push({ subject, message: `${message}. ${hint}` });
      continue;
    }
    if (nics > fabric.nics) {
      refused.push({
        subject,
        message: `have ${formatCount(fabric.nics, 'NIC')}; a rank requests ${requestsText(spec.resources)}`,
      });
    }
    if (gpu.count > fabric.gpus) {
      refused.push({ subject, message: `have ${fabric.gpus} GPUs; a rank requests ${gpu.count} ${gpu.resource}` });
    }
    refused.push(...refusedSharing(spec, fabric, subject));
    if (spec.dynamo) refused.push(...refusedWorkers(spec.dynamo, fabric, subject));
  }
  for (const test of spec.tests) {
    const wanted = toolOf(test).gpus(test);
    const given = (test.gpus ?? gpu.count) + gpusOfClaims(spec.resources.claims);
    if (wanted > given) {
      const field = test.gpus === undefined ? 'resources.gpu.count' : 'gpus';
      const message = `needs ${formatCount(wanted, 'GPU')} in each rank, but ${field} is ${given}`;
      refused.push({ subject: `test ${test.name}`, message });
    }
  }
  return refused;
}
