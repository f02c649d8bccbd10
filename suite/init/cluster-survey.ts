import type { Candidate } from '../cluster/candidate.js';

/** A node as a proposal sees it: a candidate for ranks, and the images on it. */
export interface SurveyedNode extends Candidate {
  /** Names of the images on the node, as far as its kubelet lists them. */
  readonly images: readonly string[];
}

/** Devices that a driver of Dynamic Resource Allocation offers on nodes. */
export interface DraDriver {
  /** Name of the driver: `dra.net`, `gpu.nvidia.com`. */
  readonly driver: string;
  /** Number of its devices on each node, by the name of the node. */
  readonly devices: Readonly<Record<string, number>>;
}

/** What `init` finds in a cluster. A list is undefined when the account may not read it. */
export interface ClusterSurvey {
  /** Context of the kubeconfig; undefined for the current one. */
  readonly context?: string | undefined;
  /** Whether the namespace for the suite exists; undefined when the account may not read it. */
  readonly namespaceExists: boolean | undefined;
  readonly kubernetesVersion: string;
  readonly nodes: readonly SurveyedNode[];
  readonly draDrivers: readonly DraDriver[] | undefined;
  /** Names of the device classes for claims. */
  readonly deviceClasses: readonly string[] | undefined;
  /** Networks of Multus, as `namespace/name`, with the resource that each one needs. */
  readonly attachments: readonly { readonly name: string; readonly resource?: string | undefined }[] | undefined;
  /** Names of GKE's additional networks. */
  readonly gkeNetworks: readonly string[] | undefined;
  readonly storageClasses: readonly { readonly name: string; readonly isDefault: boolean }[] | undefined;
  /** Names of Karpenter's node pools. */
  readonly nodePools: readonly string[] | undefined;
  /** Version of the Dynamo platform, or the missing part. */
  readonly platform: { readonly version: string } | { readonly missing: string };
}
