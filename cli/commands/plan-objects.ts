import { type DryRunAnswer, dryRun } from '../../cluster/dry-run.js';
import type { PlannedObject } from '../../cluster/objects/planned-object.js';
import { plannedObjects } from '../../cluster/objects/planned-objects.js';
import { Cluster } from '../../kubernetes/client/cluster.js';
import type { Pair } from '../../suite/run/cluster-facts.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { formatCount } from '../../suite/units/count.js';
import { EXIT } from '../options/exit-code.js';
import { withProgress } from '../output/slow-progress.js';

/** Builds the objects of a run on a pair; default: placeholders for its nodes. */
export function objectsOfPlan(spec: SuiteSpec, pair: Pair | undefined): Promise<PlannedObject[]> {
  return pair ? plannedObjects(spec, pair) : plannedObjects(spec);
}

/**
 * Asks the API server of the spec's context about every object of a run.
 *
 * @throws {SuiteFailure} when the API server does not answer
 */
export async function askAboutObjects(spec: SuiteSpec, pair: Pair | undefined): Promise<DryRunAnswer[]> {
  const cluster = Cluster.connect(spec.cluster.context);
  const objects = await objectsOfPlan(spec, pair);
  let progress = `asking ${cluster.server}`;
  return withProgress(
    () => progress,
    () =>
      dryRun(cluster, objects, (done, of) => {
        progress = `asking ${cluster.server}: ${done} of ${formatCount(of, 'object')}`;
      }),
  );
}

/** Formats the answers: one line for each object, its message and remedy below it, and a summary. */
export function answerLines(answers: readonly DryRunAnswer[]): string[] {
  const count = (wanted: DryRunAnswer['outcome']) => answers.filter(({ outcome }) => outcome === wanted).length;
  const unchecked = count('unchecked');
  return [
    'dry run on the API server:',
    ...answers.flatMap(({ step, kind, namespace, name, outcome, message, hint }) => [
      `  ${outcome === 'refused' ? 'REFUSED' : outcome.padEnd(9)} ${kind} ${namespace}/${name} (${step})${message ? `: ${message}` : ''}`,
      ...(hint ? [`      → ${hint}`] : []),
    ]),
    `${formatCount(count('accepted'), 'object')} accepted, ${count('refused')} refused${unchecked > 0 ? `, ${unchecked} unchecked` : ''}; nothing was created`,
  ];
}

/** Returns the exit code of a dry run: refused objects count as fail, unchecked ones as inconclusive. */
export function exitCodeOfAnswers(answers: readonly DryRunAnswer[]): number {
  if (answers.some(({ outcome }) => outcome === 'refused')) return EXIT.fail;
  return answers.some(({ outcome }) => outcome === 'unchecked') ? EXIT.inconclusive : EXIT.pass;
}
