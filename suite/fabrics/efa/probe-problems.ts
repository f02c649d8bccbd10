import type { FabricProblem, ProbedImage } from '../common/fabric-kind.js';

/** Lists the reasons why EFA cannot be used in a probe pod. */
export function efaProbeProblems({ efaDomains, memlockLimit }: ProbedImage, givenDevices: number): FabricProblem[] {
  const problems: FabricProblem[] = [];
  if (efaDomains === 0 && givenDevices > 0) {
    problems.push({
      message: '`fi_info -p efa` finds no EFA device',
      hint: 'Check that the pod gets the EFA resource and that the image has the EFA libfabric provider',
    });
  }
  if (memlockLimit !== undefined) {
    problems.push({
      message: `memlock is limited to ${memlockLimit}, and the capability IPC_LOCK is not in effect although the pod adds it`,
      hint: 'Run the image as root, or raise LimitMEMLOCK of the container runtime; memory registration needs one of the two',
    });
  }
  return problems;
}
