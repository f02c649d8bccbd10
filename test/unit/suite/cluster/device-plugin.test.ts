import assert from 'node:assert/strict';
import type { Candidate } from '../../../../suite/cluster/candidate.js';
import { efaPluginProblems } from '../../../../suite/cluster/device-plugin.js';
import { node, spec, texts } from '../../../support/candidates.js';

describe('EFA device plugin', () => {
  const without = node('a');
  const bare: Candidate = {
    ...without,
    facts: { ...without.facts, allocatable: { ...without.facts.allocatable, 'vpc.amazonaws.com/efa': 0 } },
  };

  it('is not asked for when every node offers EFA, whatever its name', () => {
    assert.deepEqual(efaPluginProblems(spec(), [node('a')], []), []);
  });

  it('is missing when no node offers EFA and no DaemonSet is there', () => {
    assert.match(
      texts(efaPluginProblems(spec(), [bare], []))[0] ?? '',
      /^EFA device plugin: the cluster has no DaemonSet .*vpc\.amazonaws\.com\/efa .* a /,
    );
  });

  it('is unhealthy under any release name', () => {
    const plugin = {
      name: 'rel-aws-efa-k8s-device-plugin',
      namespace: 'kube-system',
      image: 'x/aws-efa-k8s-device-plugin:v0.5.20',
      desired: 2,
      ready: 1,
    };
    assert.match(texts(efaPluginProblems(spec(), [bare], [plugin]))[0] ?? '', /kube-system\/rel-aws-efa.*1 of 2 pods/);
  });
});
