import { fabricKindOf } from '../fabrics/registry.js';
import type { Concern } from '../run/concern.js';
import { nicsOfPod, requestsText } from '../spec/rank-resources.js';
import type { SuiteSpec } from '../spec/spec.js';
import { toolOf } from '../tools/registry.js';
import { formatCount } from '../units/count.js';
import { refusedWorkers } from './inference-forecast.js';
import { instanceTypes } from './planned-fabric.js';

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
    if (spec.dynamo) refused.push(...refusedWorkers(spec.dynamo, fabric, subject));
  }
  for (const test of spec.tests) {
    const wanted = toolOf(test).gpus(test);
    if (wanted > gpu.count) {
      const message = `needs ${formatCount(wanted, 'GPU')} in each rank, but resources.gpu.count is ${gpu.count}`;
      refused.push({ subject: `test ${test.name}`, message });
    }
  }
  return refused;
}
