/** The type of an object, as in its manifest. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Resource names, as in the paths of the API, of the kinds that the suite and its tests use. */
const PLURALS: Readonly<Record<string, string>> = {
  ConfigMap: 'configmaps',
  CustomResourceDefinition: 'customresourcedefinitions',
  DaemonSet: 'daemonsets',
  Deployment: 'deployments',
  DeviceClass: 'deviceclasses',
  DynamoGraphDeployment: 'dynamographdeployments',
  Event: 'events',
  Job: 'jobs',
  Lease: 'leases',
  Namespace: 'namespaces',
  Network: 'networks',
  NetworkAttachmentDefinition: 'network-attachment-definitions',
  Node: 'nodes',
  NodePool: 'nodepools',
  Pod: 'pods',
  ResourceSlice: 'resourceslices',
  ResourceClaimTemplate: 'resourceclaimtemplates',
  Secret: 'secrets',
  Service: 'services',
  StorageClass: 'storageclasses',
  ServiceAccount: 'serviceaccounts',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  NetworkPolicy: 'networkpolicies',
  MutatingWebhookConfiguration: 'mutatingwebhookconfigurations',
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
  ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicybindings',
};

export const POD = { apiVersion: 'v1', kind: 'Pod' } as const satisfies Kind;
export const NODE = { apiVersion: 'v1', kind: 'Node' } as const satisfies Kind;
export const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const satisfies Kind;
export const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const satisfies Kind;
export const SECRET = { apiVersion: 'v1', kind: 'Secret' } as const satisfies Kind;
export const SERVICE_ACCOUNT = { apiVersion: 'v1', kind: 'ServiceAccount' } as const satisfies Kind;
export const ROLE_BINDING = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' } as const satisfies Kind;
export const SERVICE = { apiVersion: 'v1', kind: 'Service' } as const satisfies Kind;
export const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment' } as const satisfies Kind;
export const EVENT = { apiVersion: 'v1', kind: 'Event' } as const satisfies Kind;
export const JOB = { apiVersion: 'batch/v1', kind: 'Job' } as const satisfies Kind;
export const CUSTOM_RESOURCE_DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
} as const satisfies Kind;
export const DYNAMO_GRAPH = { apiVersion: 'nvidia.com/v1beta1', kind: 'DynamoGraphDeployment' } as const satisfies Kind;
export const LEASE = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' } as const satisfies Kind;
/** Kubernetes has this version of Dynamic Resource Allocation since 1.34. */
export const RESOURCE_CLAIM_TEMPLATE = {
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceClaimTemplate',
} as const satisfies Kind;
export const DAEMON_SET = { apiVersion: 'apps/v1', kind: 'DaemonSet' } as const satisfies Kind;

export const DEVICE_CLASS = { apiVersion: 'resource.k8s.io/v1', kind: 'DeviceClass' } as const satisfies Kind;
export const RESOURCE_SLICE = { apiVersion: 'resource.k8s.io/v1', kind: 'ResourceSlice' } as const satisfies Kind;
export const STORAGE_CLASS = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' } as const satisfies Kind;
export const KARPENTER_NODE_POOL = { apiVersion: 'karpenter.sh/v1', kind: 'NodePool' } as const satisfies Kind;
/** Network of Multus. */
export const ATTACHMENT_DEFINITION = {
  apiVersion: 'k8s.cni.cncf.io/v1',
  kind: 'NetworkAttachmentDefinition',
} as const satisfies Kind;
/** Additional network of GKE. */
export const GKE_NETWORK = { apiVersion: 'networking.gke.io/v1', kind: 'Network' } as const satisfies Kind;

/**
 * Returns the API server's path of a collection, or of one object.
 *
 * @throws {RangeError} for a kind without a resource name
 */
export function resourcePath({ apiVersion, kind }: Kind, namespace?: string, name?: string): string {
  const plural = PLURALS[kind];
  if (!plural) throw new RangeError(`the resource name of kind ${kind} is unknown: add it to PLURALS`);
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${root}${namespace ? `/namespaces/${namespace}` : ''}/${plural}${name ? `/${name}` : ''}`;
}
