import type { FabricProblem, ProbedImage } from '../common/fabric-kind.js';
import { memlockProblems } from '../common/rdma-kind.js';

/** Lists the reasons why EFA cannot be used in a probe pod. */
export function efaProbeProblems({ efaDomains, memlockLimit }: ProbedImage, givenDevices: number): FabricProblem[] {
  const noDevice: FabricProblem = {
    message: '`fi_info -p efa` finds no EFA device',
    hint: 'Check that the pod gets the EFA resource and that the image has the EFA libfabric provider',
  };
  return [...(efaDomains === 0 && givenDevices > 0 ? [noDevice] : []), ...memlockProblems(memlockLimit)];
}
