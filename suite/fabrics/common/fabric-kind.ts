import type { z } from 'zod';
import type { Fabric } from '../../hardware/fabric.js';
import type { Sign } from '../../verdict/sign.js';

/** A problem of a fabric, with its remedy. */
export interface FabricProblem {
  readonly message: string;
  readonly hint: string;
}

/** An access to the memory of the other node, in the terms of nixlbench. */
export type MemoryAccess = 'READ' | 'WRITE';

/** The facts from a probe pod that a fabric needs. */
export interface ProbedImage {
  /** Number of EFA domains that libfabric finds; undefined when the image has no fi_info. */
  readonly efaDomains?: number | undefined;
  /** Memory that the pod may lock, as text; undefined without a limit. */
  readonly memlockLimit?: string | undefined;
}

/** A node as a fabric sees it. Instance type and zone are `unknown` when the node has no label with them. */
export interface FabricNode {
  readonly name: string;
  readonly instanceType: string;
  readonly zone: string;
  /** Labels of the node. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * A kind of network between the nodes. All code outside its folder uses this interface. To add a kind, add its folder and
 * one line of the registry.
 */
export interface FabricKind<Spec extends { readonly kind: string }> {
  /** Value of `fabric.kind` in a spec. */
  readonly name: Spec['kind'];
  readonly schema: z.ZodType<Spec>;
  /**
   * Value of FI_PROVIDER with which libfabric uses this fabric; absent when the provider does not determine the fabric.
   */
  readonly provider?: string;
  /** True when UCX versions without a transport with RDMA write emulate writes on this fabric in software. */
  readonly emulatesOldUcx: boolean;
  /** True when the counters show which cards carried the bytes, so that the ceiling is that of these cards. */
  readonly countsCards: boolean;
  /** Counters of bytes (payload or frames), by the class of device under /sys/class. */
  readonly byteCounters: Readonly<Record<string, readonly string[]>>;
  /** Messages in the output of a successful run that reveal an unexpected path; empty when every path is expected. */
  readonly signs: readonly Sign[];
  /** Remedy for a test that hangs before its first row; absent when the fabric has no usual cause for this. */
  readonly hungHint?: string;
  /** Bytes that the buffers of each device need; 0 for a fabric without devices in the pods. */
  readonly memoryPerDevice: number;

  /** Returns the fabric with its ceiling; undefined when cards, rate or GPUs are unknown. */
  fabricOf(spec: Spec, labelled: string): Fabric | undefined;
  /** Returns the catalogue's entry of an instance type; undefined when it has none. */
  ofInstanceType(instanceType: string): Fabric | undefined;
  /** Explains why `fabricOf` returned undefined. */
  unknown(spec: Spec, labelled: string): FabricProblem;
  /**
   * Returns the reason why the cards of an instance type do not perform an access themselves, with its consequence; undefined
   * when they do, or when it is unknown.
   */
  emulated?(instanceType: string, access: MemoryAccess): string | undefined;
  /**
   * Returns the instance types that a spec names.
   *
   * @param selected values of the instance type label in the spec's node selector
   */
  instanceTypes(spec: Spec, selected: readonly string[]): readonly string[];
  /** Returns the interface that should carry the bytes; empty when they bypass the kernel's interfaces. */
  networkInterface(spec: Spec): string;
  /** Returns the number of cards that each rank sees, for its number of devices. */
  visibleNics(fabric: Fabric, givenDevices: number): number;
  /** Returns true when a device, such as `infiniband/rdmap79s0` or `net/eth0`, should carry the bytes. */
  carries(device: string, networkInterface: string): boolean;
  /** Names the counters that prove the path: `EFA hw_counters`. */
  countersText(networkInterface: string): string;
  /**
   * Explains why two nodes cannot exchange traffic over the fabric; undefined when nothing speaks against it. Absent for a
   * fabric that connects all nodes.
   */
  readonly unreachable?: (a: FabricNode, b: FabricNode) => FabricProblem | undefined;
  /** Lists the problems that prevent a measurement of the fabric on a node. */
  probeProblems(probed: ProbedImage, givenDevices: number): FabricProblem[];
}
