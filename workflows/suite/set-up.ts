import { log } from '@temporalio/workflow';
import type { NodeCheck } from '../../activities/run/nodes.js';
import { probeProblems } from '../../suite/cluster/probe.js';
import { fabricKindOf } from '../../suite/fabrics/registry.js';
import type { Fabric } from '../../suite/hardware/fabric.js';
import type { SetupRecord } from '../../suite/record/record.js';
import type { Pair, ProbeFacts, Problem } from '../../suite/run/cluster-facts.js';
import { etcdEndpoint, type Run } from '../../suite/run/run.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { longActivities, shortActivities } from '../shared/activity-options.js';
import { failureOf } from '../shared/failures.js';
import { claimNodes } from '../shared/node-claim.js';
import { podSettings } from '../shared/pod-settings.js';

/** What set-up hands to the benchmarks. `ready` is there when nothing keeps the suite from measuring. */
export interface SetUp {
  readonly record: SetupRecord;
  readonly ready?: Ready;
}

/** What the tests run on. */
export interface Ready {
  readonly pair: Pair;
  readonly fabric: Fabric;
  readonly imageIds: readonly string[];
}

/**
 * Phase 1: the run object, the run's own etcd, nodes and device plugins, and a probe of the image on both nodes. Every
 * step that can still run does, so that all problems come at once.
 */
export async function setUp(spec: SuiteSpec, run: Run, report: (step: string) => void): Promise<SetUp> {
  const problems: Problem[] = [];
  const attempt = async <T>(subject: string, step: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await step();
    } catch (error) {
      const { class: failureClass, message, hint } = failureOf(error);
      problems.push({ subject, message: `${failureClass}: ${message}`, hint });
      return undefined;
    }
  };

  report('removing what closed runs left, creating the run object');
  const [opened] = await Promise.all([
    attempt('cluster', async () => {
      await shortActivities.openRun({ run, tests: spec.tests });
      return true;
    }),
    sweepBefore(run),
  ]);
  if (!opened) return { record: { problems, nodes: [], devicePlugins: [], probes: [] } };

  report('deploying etcd, checking nodes and probing the image');
  const { podStart } = spec.timeouts;
  const [, { nodes, pair, fabric, probes }] = await Promise.all([
    attempt('etcd', () => deployEtcd(spec, run)),
    examineNodes(),
  ]);
  const record: SetupRecord = {
    problems,
    kubernetesVersion: nodes?.kubernetesVersion,
    pair,
    nodes: nodes?.nodes ?? [],
    devicePlugins: nodes?.devicePlugins ?? [],
    probes: probes.map(({ help: _, nixlbenchHelp: __, ...facts }) => facts),
  };
  if (problems.length > 0 || !pair || !fabric) return { record };
  return { record, ready: { pair, fabric, imageIds: probes.map(({ imageId }) => imageId) } };

  async function examineNodes() {
    const nodes = await attempt('nodes', () => claimedNodes(spec, run, report));
    problems.push(...(nodes?.problems ?? []));
    const pair = nodes?.pair;
    const fabric = pair && fabricOf(spec, nodes.nodes[0]?.instanceType ?? 'unknown', problems);
    const probes = pair ? await probePair(pair) : [];
    return { nodes, pair, fabric, probes };
  }

  /** The Service of etcd is there long before a pod runs, so that its name can be resolved while etcd still starts. */
  async function probePair({ node1, node2 }: Pair): Promise<ProbeFacts[]> {
    const settings = podSettings(spec);
    const found = await Promise.all(
      [node1, node2].map((node, i) =>
        attempt(`image on ${node}`, () =>
          longActivities(podStart).probeNode.executeWithOptions({ summary: node }, [
            { run, settings, node, index: i + 1, patience: spec.timeouts },
          ]),
        ),
      ),
    );
    const probes = found.filter((probe) => probe !== undefined);
    problems.push(...probeProblems(spec, probes, etcdEndpoint(run)));
    return probes;
  }
}

/** Chooses the pair and claims it. After a wait for another suite the choice is made again. */
async function claimedNodes(spec: SuiteSpec, run: Run, report: (step: string) => void): Promise<NodeCheck> {
  for (;;) {
    const check = await shortActivities.checkNodes({ run, spec: { nodes: spec.nodes, resources: spec.resources } });
    if (!check.pair) return check;
    let waited = false;
    await claimNodes(run, [check.pair.node1, check.pair.node2], spec.timeouts.nodeLock, async (step) => {
      waited = true;
      report(step);
    });
    if (!waited) return check;
    report('checking the nodes again');
    await shortActivities.releaseNodes({ run });
  }
}

/** What cannot be removed now is no reason not to measure; if it is in the way, the node check says so. */
async function sweepBefore(run: Run): Promise<void> {
  try {
    await shortActivities.sweepCluster({ run });
  } catch (error) {
    const { class: failureClass, message } = failureOf(error);
    log.warn('what closed runs left could not be removed', { failureClass, message });
  }
}

/** Makes sure that the run object and etcd are there: after a reset of the workflow, or a long wait, they may not be. */
export async function openRun(spec: SuiteSpec, run: Run): Promise<void> {
  if (await shortActivities.isRunOpen({ run })) return;
  await shortActivities.openRun({ run, tests: spec.tests });
  await deployEtcd(spec, run);
}

function deployEtcd(spec: SuiteSpec, run: Run): Promise<string> {
  const { etcdImage: image, imagePullPolicy, imagePullSecret } = spec.cluster;
  const { podStart } = spec.timeouts;
  const { tolerations } = spec.nodes;
  return longActivities(podStart).deployEtcd({
    run,
    image,
    imagePullPolicy,
    imagePullSecret,
    tolerations,
    readyTimeout: podStart,
  });
}

function fabricOf(spec: SuiteSpec, labelled: string, problems: Problem[]): Fabric | undefined {
  const kind = fabricKindOf(spec.fabric);
  const fabric = kind.fabricOf(spec.fabric, labelled);
  if (!fabric) problems.push({ subject: 'fabric', ...kind.unknown(spec.fabric, labelled) });
  return fabric;
}
