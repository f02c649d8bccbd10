import type { z } from 'zod';
import type { Fabric } from '../../hardware/fabric.js';
import type { Reason } from '../../verdict/verdict.js';

/** Something that the output of a successful run says about its figure. */
export interface Sign extends Reason {
  /** Text that the output holds, or a pattern where a text would match too much. */
  readonly text: string | RegExp;
}

/** What is wrong with a fabric, and what to do. */
export interface FabricProblem {
  readonly message: string;
  readonly hint: string;
}

/** What a probe pod found, as far as a fabric needs it. */
export interface ProbedImage {
  /** EFA domains that libfabric finds; undefined when the image cannot say. */
  readonly efaDomains?: number | undefined;
  /** How much memory the pod may lock, for people; undefined where nothing limits it. */
  readonly memlockLimit?: string | undefined;
}

/**
 * A kind of network between the nodes. Everything outside its folder asks this interface, so that another kind is one
 * folder and one line of the registry.
 */
export interface FabricKind<Spec extends { readonly kind: string }> {
  /** Value of `fabric.kind` in a spec. */
  readonly name: Spec['kind'];
  readonly schema: z.ZodType<Spec>;
  /** Value of FI_PROVIDER with which libfabric uses this fabric; absent where it says nothing about the fabric. */
  readonly provider?: string;
  /** UCX before its first transport with RDMA write emulates writes on this fabric in software. */
  readonly emulatesOldUcx: boolean;
  /** The counters show which cards carried the bytes, so that the ceiling is that of these cards. */
  readonly countsCards: boolean;
  /** Counters that count payload or frames in bytes, by the class of device under /sys/class. */
  readonly byteCounters: Readonly<Record<string, readonly string[]>>;
  /** Signs in the output of a run that succeeded; empty where every path is the one that was asked for. */
  readonly signs: readonly Sign[];
  /** Bytes that the buffers of each device need; 0 where pods are given no devices. */
  readonly memoryPerDevice: number;

  /** Returns the fabric with its ceiling; undefined where card, rate or GPUs are not known. */
  fabricOf(spec: Spec, labelled: string): Fabric | undefined;
  /** Returns what a catalogue says of an instance type; undefined where it does not know the type. */
  ofInstanceType(instanceType: string): Fabric | undefined;
  /** Describes why `fabricOf` knows no fabric. */
  unknown(spec: Spec, labelled: string): FabricProblem;
  /**
   * Returns the instance types that a spec allows, as far as it names them.
   *
   * @param selected values of the nodes' label that the spec selects
   */
  instanceTypes(spec: Spec, selected: readonly string[]): readonly string[];
  /** Returns the interface that should carry the bytes; empty where they go past the kernel's interfaces. */
  networkInterface(spec: Spec): string;
  /** Returns the cards that each rank sees, of the devices that it is given. */
  visibleNics(fabric: Fabric, givenDevices: number): number;
  /** Says whether a device, such as `infiniband/rdmap79s0` or `net/eth0`, should carry the bytes. */
  carries(device: string, networkInterface: string): boolean;
  /** Names the counters that prove the path: `EFA hw_counters`. */
  countersText(networkInterface: string): string;
  /** Finds what keeps the fabric from being measured on a node. */
  probeProblems(probed: ProbedImage, givenDevices: number): FabricProblem[];
}
