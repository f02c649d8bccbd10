import type { LinkReading } from '../fabrics/common/link-reading.js';
/** Facts about the cluster that set-up collects; part of every record. */

/** A problem that prevents a measurement, with its remedy. */
export interface Problem {
  /** The object with the problem: a node, a pod, `device plugin`, `etcd`, … */
  readonly subject: string;
  readonly message: string;
  readonly hint: string;
}

/** A node of the pair. Quantities in bytes and counts; `free` is allocatable minus the requests of running pods. */
export interface NodeFacts {
  readonly name: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly kubeletVersion: string;
  readonly osImage: string;
  readonly kernelVersion: string;
  /** Labels of the node's location: region, zone, and the network layers above it. */
  readonly topology?: Readonly<Record<string, string>>;
  readonly free: Readonly<Record<string, number>>;
  readonly allocatable: Readonly<Record<string, number>>;
}

/** A DaemonSet that provides a resource to the nodes. */
export interface DevicePluginFacts {
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  readonly desired: number;
  readonly ready: number;
}

/** The two nodes of a transport test. The rank on node2 starts first. */
export interface Pair {
  readonly node1: string;
  readonly node2: string;
}

/** A folder from which NIXL loads its plug-ins. */
export interface PluginFolder {
  readonly folder: string;
  /** Names of the plug-ins: `libplugin_UCX.so`. */
  readonly files: readonly string[];
  /** True when the folder does not exist. */
  readonly missing?: boolean;
}

/** Facts that a probe pod reports from its node, in the image of the ranks. */
export interface ProbeFacts {
  readonly node: string;
  readonly imageId: string;
  /** Lines that name an EFA domain in `fi_info -p efa`; undefined when the image has no fi_info. */
  readonly efaDomains?: number;
  /** `unlimited`, or kilobytes as `ulimit -l` prints them. */
  readonly memlock: string;
  /** True when CAP_IPC_LOCK is in effect, which lifts the memlock limit; undefined when /proc could not be read. */
  readonly ipcLock?: boolean | undefined;
  readonly hugepagesFree?: number;
  /** Addresses of the etcd host; undefined when the image has no getent. */
  readonly etcdAddresses?: readonly string[];
  /** Ports of the RDMA devices of the pod; absent in histories of earlier versions. */
  readonly links?: readonly LinkReading[];
  /** Tools and libraries in the image: ucx, libfabric, nixl, nixlbench, efa-installer. */
  readonly versions: Readonly<Record<string, string>>;
  /** Kernel modules of the node: efa, nvidia. */
  readonly drivers?: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  /** Absent when the image and the spec do not set NIXL_PLUGIN_DIR. */
  readonly plugins?: PluginFolder;
  /** Usage text of each tool, by its name; empty for a tool that the image lacks. */
  readonly help?: Readonly<Record<string, string>>;
  /** Usage text of nixlbench, in histories from before `help`. */
  readonly nixlbenchHelp?: string;
}
