import { type FieldProblem, testFields } from '../../schema/test-fields.js';
import { formatBytes } from '../../units/units.js';
import { optionProblems } from './options.js';
import { type NixlbenchSpec, nixlbenchSpec } from './spec.js';

/** Rules of nixlbench that a spec can break with options that are valid one by one. */

/** Keys of the spec that stand for a flag of nixlbench. */
const KEYS = Object.keys(nixlbenchSpec.shape).filter((key) => !(key in testFields));

/** Finds valid options that contradict each other. */
export function nixlbenchContradictions(test: NixlbenchSpec): FieldProblem[] {
  return [
    ...rangeProblems(test), //
    ...deviceProblems(test),
    ...bufferProblems(test),
    ...optionProblems(test, KEYS),
  ];
}

function rangeProblems(test: NixlbenchSpec): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const problem = (path: string, message: string) => problems.push({ path, message });
  if (test.startBlockSize === 0) problem('startBlockSize', 'is 0; set at least 1, because blocks double from here');
  if (test.startBlockSize > test.maxBlockSize)
    problem('startBlockSize', 'is larger than maxBlockSize; decrease it or increase maxBlockSize');
  if (test.startBatchSize > test.maxBatchSize)
    problem('startBatchSize', 'is larger than maxBatchSize; decrease it or increase maxBatchSize');
  return problems;
}

/**
 * Finds devices that cannot be paired. Both ranks list their blocks by `createTransferDescLists`, and NIXL pairs the lists
 * entry by entry. With lists of different lengths, `createXferReq` fails (before 1.2), or the worker reads beyond the list of
 * the target (std::bad_alloc) or leaves out devices of the target without a message (since 1.2).
 */
function deviceProblems(test: NixlbenchSpec): FieldProblem[] {
  const { mode, scheme, numInitiatorDev: initiators, numTargetDev: targets } = test;
  if (mode === 'SG') {
    if (initiators + targets === 2) return deviceListProblems(test);
    const message =
      'mode SG needs one process for each device, and each of the two rank pods runs one; use mode MG for several devices';
    return [{ path: 'numInitiatorDev', message }];
  }
  if (scheme === 'pairwise' && initiators !== targets) {
    const message = `is ${targets}, and numInitiatorDev is ${initiators}: scheme pairwise needs equal numbers; set both to the same number, or use scheme manytoone, onetomany or tp`;
    return [{ path: 'numTargetDev', message }];
  }
  if (scheme === 'tp' && Math.max(initiators, targets) % Math.min(initiators, targets) !== 0) {
    const message = `is ${initiators}, and numTargetDev is ${targets}: scheme tp needs a larger number that is a multiple of the smaller one; change one of them`;
    return [{ path: 'numInitiatorDev', message }];
  }
  return deviceListProblems(test);
}

/**
 * Finds device lists with which a rank fails. `parseDeviceList` in src/utils/utils.cpp reads the list only for scheme pairwise.
 * The worker of the target then reads entry `rank` (LIBFABRIC), or `rank - num_initiator_dev` (UCX), of one entry for each
 * device: with LIBFABRIC or several devices, no such entry exists (src/worker/nixl/nixl_worker.cpp, 0.7.1 to 1.4.0).
 */
function deviceListProblems({ backend, scheme, deviceList, numInitiatorDev }: NixlbenchSpec): FieldProblem[] {
  if (deviceList === 'all') return [];
  const problem = (message: string): FieldProblem[] => [{ path: 'deviceList', message }];
  if (backend === 'LIBFABRIC') {
    return problem(
      'must be "all" with LIBFABRIC, whose rails do not depend on it; set "all", and limit the devices with nics or env.FI_EFA_IFACE',
    );
  }
  if (scheme !== 'pairwise' || numInitiatorDev > 1) {
    return problem('works only with scheme pairwise and one device of each rank; set "all"');
  }
  if (/^[^,\s]+$/.test(deviceList)) return [];
  return problem('must name one device, because each rank has one; set one name, or "all"');
}

/**
 * Finds buffers that nixlbench cannot divide (`loadParams` in src/utils/utils.cpp), or whose parts are smaller than a
 * transfer: each thread of each device has an equal part (`allocateMemory` in src/worker/nixl/nixl_worker.cpp).
 */
function bufferProblems(test: NixlbenchSpec): FieldProblem[] {
  const { numThreads, numInitiatorDev, numTargetDev, totalBufferSize } = test;
  const problem = (message: string): FieldProblem[] => [{ path: 'totalBufferSize', message }];
  const largest = test.maxBlockSize * test.maxBatchSize;
  const part = totalBufferSize / (Math.max(numInitiatorDev, numTargetDev) * numThreads);
  if (largest > part) {
    return problem(
      `is too small: maxBlockSize × maxBatchSize (${formatBytes(largest)}) must fit into totalBufferSize divided by the devices and by the threads (${formatBytes(part)})`,
    );
  }
  const divisor = leastCommonMultiple(numInitiatorDev * numThreads, numTargetDev * numThreads);
  if (totalBufferSize % divisor === 0) return [];
  const next = Math.ceil(totalBufferSize / divisor) * divisor;
  return problem(
    `is ${totalBufferSize} bytes: it must be divisible by numThreads × numInitiatorDev (${numThreads * numInitiatorDev}) and by numThreads × numTargetDev (${numThreads * numTargetDev}); set ${next}`,
  );
}

function leastCommonMultiple(a: number, b: number): number {
  return (a / greatestCommonDivisor(a, b)) * b;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
