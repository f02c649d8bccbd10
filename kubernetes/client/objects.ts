import type * as apps from 'kubernetes-types/apps/v1.d.ts';
import type * as batch from 'kubernetes-types/batch/v1.d.ts';
import type * as core from 'kubernetes-types/core/v1.d.ts';
import type { ListMeta, ObjectMeta } from 'kubernetes-types/meta/v1.d.ts';

/**
 * Kubernetes objects as the API server sends them. No field is renamed, parsed or dropped, so an object that was read
 * can be applied again unchanged. The types are the API's own; fields that the suite relies on are required, status
 * fields are optional.
 */

export type { Container } from 'kubernetes-types/core/v1.d.ts';
export type { OwnerReference, Status } from 'kubernetes-types/meta/v1.d.ts';

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta & { name: string };
  [field: string]: unknown;
}

export interface List<Item> {
  metadata: ListMeta;
  items: Item[];
}

/** Fields that the conditions of all kinds have. */
export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** A toleration from the suite spec, in which an absent field may be undefined. */
type Toleration = { [Field in keyof core.Toleration]?: core.Toleration[Field] | undefined };

export interface PodSpec extends Omit<core.PodSpec, 'tolerations'> {
  tolerations?: Toleration[];
}

/** Pod template of a workload. */
export interface PodTemplate {
  metadata?: ObjectMeta;
  spec: PodSpec;
}

export type ContainerStatus = Pick<core.ContainerStatus, 'name'> & Partial<core.ContainerStatus>;

export type Pod = KubernetesObject & {
  spec: PodSpec;
  status?: Omit<core.PodStatus, 'containerStatuses'> & { containerStatuses?: ContainerStatus[] };
};

export type Node = KubernetesObject & {
  spec: core.NodeSpec;
  status: Required<Pick<core.NodeStatus, 'allocatable' | 'capacity'>> & {
    conditions: Condition[];
    images?: core.ContainerImage[];
    nodeInfo: Pick<core.NodeSystemInfo, 'kubeletVersion' | 'osImage' | 'kernelVersion' | 'containerRuntimeVersion'>;
  };
};

type Workload<Spec, Status> = KubernetesObject & {
  spec: Omit<Spec, 'template'> & { template: PodTemplate };
  status?: Partial<Status>;
};

export type Deployment = Workload<apps.DeploymentSpec, apps.DeploymentStatus>;
export type DaemonSet = Workload<Partial<apps.DaemonSetSpec>, apps.DaemonSetStatus>;
export type Job = Workload<batch.JobSpec, batch.JobStatus>;

export type Service = KubernetesObject & { spec: core.ServiceSpec };
