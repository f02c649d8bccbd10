import type { z } from 'zod';
import type { Fabric } from '../../hardware/fabric.js';
import type { NetworkDevices } from '../../schema/network-devices.js';
import type { Sign } from '../../verdict/sign.js';
import type { ByteSource } from './byte-source.js';
import type { EventCounter } from './event-counter.js';
import type { LinkReading } from './link-reading.js';

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

/** Interfaces in the pods that should carry the bytes; empty when the bytes bypass the interfaces of the kernel. */
export type Interfaces = string | readonly string[];

/** Class of a device under /sys/class. */
export type DeviceClass = 'infiniband' | 'net';

/** Description of the device of a counter frame. */
export interface SeenDevice {
  /** `infiniband/rdmap79s0` or `net/eth0`. */
  readonly device: string;
  /** Link layer that the device reports: `InfiniBand`, `Ethernet`, `Unknown` (EFA). */
  readonly linkLayer?: string | undefined;
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
  /** Name of the fabric in a sentence: `EFA`, `InfiniBand`. */
  readonly title: string;
  /** Several devices of the fabric in a sentence: `EFA devices`, `RoCE NICs`. */
  readonly devices: string;
  /** Network devices that a rank requests by default; empty when no extended resource has the same name in every cluster. */
  readonly defaultDevices: readonly NetworkDevices[];
  /** Default environment variables of ranks and Dynamo workers, in addition to those of every fabric; a spec overrides them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Further default environment variables of Dynamo workers; `dynamo.env` overrides them. */
  readonly workerEnvironment: Readonly<Record<string, string>>;
  /** End of the tag of NVIDIA's runtime images with the libraries of this fabric; empty when every image has them. */
  readonly runtimeImageSuffix: string;
  /**
   * Value of FI_PROVIDER with which libfabric uses this fabric; absent when the provider does not determine the fabric.
   */
  readonly provider?: string;
  /** True when UCX versions without a transport with RDMA write emulate writes on this fabric in software. */
  readonly emulatesOldUcx: boolean;
  /** Class of the devices that carry the bytes. */
  readonly deviceClass: DeviceClass;
  /** Link layers that a device of this fabric reports; empty for the class `net`. */
  readonly linkLayers: readonly string[];
  /** Counters of bytes (payload or frames) of its devices. */
  readonly byteSources: readonly ByteSource[];
  /** Counters of events that explain a low figure. */
  readonly events: readonly EventCounter[];
  /** Messages in the output of a successful run that reveal an unexpected path; empty when every path is expected. */
  readonly signs: readonly Sign[];
  /** Remedy for a test that hangs before its first row; absent when the fabric has no usual cause for this. */
  readonly hungHint?: string;
  /** Bytes that the buffers of each device need; 0 for a fabric without devices in the pods. */
  readonly memoryPerDevice: number;
  /** True when a rank needs devices of the fabric in its pod, by an extended resource, a claim or the host network. */
  readonly needsDevices: boolean;

  /** Returns true when the counters show which cards carried the bytes, so that the ceiling is that of these cards. */
  countsCards(fabric: Fabric): boolean;
  /** Returns the fabric with its ceiling; undefined when cards, rate or GPUs are unknown. */
  fabricOf(spec: Spec, labelled: string): Fabric | undefined;
  /**
   * Returns the fabric by what the devices of a probe pod report; undefined when they report no rate.
   *
   * @param gpus GPUs of a rank
   */
  fabricOfReading(spec: Spec, links: readonly LinkReading[], gpus: number): Fabric | undefined;
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
  /** Returns the interfaces that should carry the bytes; empty when they bypass the kernel's interfaces. */
  interfaces(spec: Spec): Interfaces;
  /**
   * Returns the number of cards that each rank sees.
   *
   * @param givenDevices NICs that the pod's extended resources grant; 0 when the pod gets its NICs in another way
   */
  visibleNics(fabric: Fabric, givenDevices: number): number;
  /** Returns true when a device should carry the bytes. */
  carries(device: SeenDevice, interfaces: Interfaces): boolean;
  /** Names the counters that prove the path: `EFA hw_counters`. */
  countersText(interfaces: Interfaces): string;
  /** Returns true when a rate that a device reports agrees with the declared line rate, both in bytes per second. */
  rateAgrees(reported: number, declared: number): boolean;
  /**
   * Explains a write whose bytes moved by sends: the RDMA write was emulated; undefined when it was not, or when the fabric
   * has no counters for it.
   *
   * @param moved growth of each counter of the sending devices
   * @param least bytes that its sends must have
   */
  emulatedWrite(moved: Readonly<Record<string, number>>, least: number): string | undefined;
  /**
   * Explains why two nodes cannot exchange traffic over the fabric; undefined when nothing speaks against it. Absent for a
   * fabric that connects all nodes.
   */
  readonly unreachable?: (a: FabricNode, b: FabricNode) => FabricProblem | undefined;
  /** Lists the problems that prevent a measurement of the fabric on a node. */
  probeProblems(probed: ProbedImage, givenDevices: number): FabricProblem[];
}

/** Operation on remote memory, or a message. */
export type RemoteOperation = MemoryAccess | 'SEND';
