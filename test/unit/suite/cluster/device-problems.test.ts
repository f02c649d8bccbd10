import assert from 'node:assert/strict';
import type { Candidate } from '../../../../suite/cluster/candidate.js';
import { deviceProblems } from '../../../../suite/cluster/device-problems.js';
import { node, spec, texts } from '../../../support/candidates.js';

describe('EFA device plugin', () => {
  const without = node('a');
  const bare: Candidate = {
    ...without,
    facts: { ...without.facts, allocatable: { ...without.facts.allocatable, 'vpc.amazonaws.com/efa': 0 } },
  };

  it('is not asked for when every node offers EFA, whatever its name', () => {
    assert.deepEqual(deviceProblems(spec(), [node('a')], []), []);
  });

  it('is missing when no node offers EFA and no DaemonSet is there', () => {
    assert.match(
      texts(deviceProblems(spec(), [bare], []))[0] ?? '',
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
    assert.match(texts(deviceProblems(spec(), [bare], [plugin]))[0] ?? '', /kube-system\/rel-aws-efa.*1 of 2 pods/);
  });

  const daemonSet = (name: string, image: string, ready = 2) => ({
    name,
    namespace: 'kube-system',
    image,
    desired: 2,
    ready,
  });
  const problem = (...plugins: ReturnType<typeof daemonSet>[]) => texts(deviceProblems(spec(), [bare], plugins)).join();

  it('is known under a name of its own', () => {
    const found = problem(daemonSet('efa-plugin', 'registry.example.org/team/efa-plugin:v0.5.4', 1));
    assert.match(found, /^EFA device plugin kube-system\/efa-plugin: 1 of 2 pods are ready/);
  });

  it('is not asked for beside a DRA driver, which gives out EFA by claims', () => {
    const found = problem(daemonSet('dranet', 'example.org/eks/dranet:v1.0'));
    assert.match(found, /kube-system\/dranet .* gives out devices by DRA .*vpc\.amazonaws\.com\/efa is missing on a/);
    assert.doesNotMatch(found, /Helm/);
  });

  it('is not a driver of GPUs, whatever its way to give them out', () => {
    const gpus = [
      daemonSet('nvidia-dra-driver-gpu-kubelet-plugin', 'nvcr.io/nvidia/k8s-dra-driver-gpu:v25'),
      daemonSet('nvidia-device-plugin-daemonset', 'nvcr.io/nvidia/k8s-device-plugin:v0.17'),
    ];
    assert.match(problem(...gpus), /^EFA device plugin: the cluster has no DaemonSet .*Install the Helm chart/);
    assert.doesNotMatch(problem(...gpus), /other device plugins/);
  });

  it('may be one that another name hides: the others are named', () => {
    const found = problem(daemonSet('rdma-shared-dp', 'example.org/k8s-rdma-shared-dev-plugin:1'));
    assert.match(found, /other device plugins: kube-system\/rdma-shared-dp \(.*check whether one of the others/);
  });
});
