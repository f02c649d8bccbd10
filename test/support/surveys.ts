import type { ClusterSurvey, SurveyedNode } from '../../suite/init/cluster-survey.js';

/** A ready node with free 64 processors, 512 GiB and what is given. */
export function surveyedNode(
  name: string,
  instanceType: string,
  devices: Readonly<Record<string, number>> = {},
  more: Partial<Pick<SurveyedNode, 'taints' | 'ready' | 'images'>> & { readonly zone?: string } = {},
): SurveyedNode {
  const amounts = { cpu: 64, memory: 512 * 2 ** 30, ...devices };
  const { zone = 'zone-a', ...others } = more;
  return {
    facts: {
      name,
      instanceType,
      zone,
      kubeletVersion: 'v1.37.2',
      osImage: 'Linux',
      kernelVersion: '6.12',
      allocatable: amounts,
      free: amounts,
    },
    labels: { 'node.kubernetes.io/instance-type': instanceType },
    schedulable: true,
    ready: true,
    taints: [],
    images: [],
    ...others,
  };
}

/** Two nodes of a type. */
export function surveyedPair(...[instanceType, devices, more]: SkipName<Parameters<typeof surveyedNode>>) {
  return ['node-a', 'node-b'].map((name) => surveyedNode(name, instanceType, devices, more));
}

type SkipName<Parameters> = Parameters extends [unknown, ...infer Others] ? Others : never;

/** A cluster with these nodes and nothing else. */
export function surveyOf(nodes: readonly SurveyedNode[], more: Partial<ClusterSurvey> = {}): ClusterSurvey {
  return {
    kubernetesVersion: 'v1.37.2',
    namespaceExists: true,
    nodes,
    draDrivers: [],
    deviceClasses: [],
    attachments: [],
    gkeNetworks: [],
    storageClasses: [],
    nodePools: [],
    platform: { missing: 'the cluster has no custom resource definition' },
    ...more,
  };
}
