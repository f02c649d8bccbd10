import type { SuiteSpec } from './spec.js';

/** Settings of the etcd pod that come from the suite spec. */
export interface EtcdSettings {
  readonly image: string;
  readonly imagePullPolicy: SuiteSpec['cluster']['imagePullPolicy'];
  readonly imagePullSecret?: string | undefined;
  readonly tolerations: SuiteSpec['nodes']['tolerations'];
}

/** Picks the settings for the etcd of a run. */
export function etcdSettings({ cluster, nodes }: Pick<SuiteSpec, 'cluster' | 'nodes'>): EtcdSettings {
  const { etcdImage: image, imagePullPolicy, imagePullSecret } = cluster;
  return { image, imagePullPolicy, imagePullSecret, tolerations: nodes.tolerations };
}
