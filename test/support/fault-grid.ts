import assert from 'node:assert/strict';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { EVENT } from '../../kubernetes/client/resources.js';
import type { AttemptRecord, TransportCell } from '../../suite/record/record.js';
import type { FaultCase } from './fault-cases.js';
import type { Lab, SuiteEnd } from './lab.js';

/** What a row says of its fault. */
interface Faulty extends Pick<FaultCase, 'fault' | 'moment' | 'deletionSeconds'> {
  /** Default: all tests of the suite. */
  readonly test?: string;
}

interface Row {
  readonly fault: string;
  readonly moment: string;
  readonly verdict: string;
  readonly attempts: number;
  readonly runTwice: number;
  readonly lost: number;
  readonly left: number;
}

interface SchedulingEvent extends KubernetesObject {
  readonly reason: string;
  readonly involvedObject: { readonly name: string; readonly uid: string };
}

/**
 * What became of the cells under faults, as rows that are printed at the end: how the cell ended, after how many
 * attempts, how many recorded attempts ran twice, how many cells have no record, and how many objects stayed.
 */
export class FaultGrid {
  readonly #rows: Row[] = [];

  /** Adds a row for a suite, or for one test of it, and asserts what must hold under every fault. */
  async note(lab: Lab, end: SuiteEnd, what: Faulty): Promise<Row> {
    const tests = end.record.tests.filter(({ name }) => what.test === undefined || name === what.test);
    const cells = tests.flatMap((test) => test.cells);
    const scheduled = await podsEverScheduled(lab);
    const attempts = cells.flatMap((cell) => cell.attempts);
    const left = await lab.leftovers(what.deletionSeconds);
    const row: Row = {
      fault: what.fault,
      moment: what.moment,
      verdict: verdictText(cells),
      attempts: Math.max(...cells.map((cell) => cell.attempts.length)),
      runTwice: attempts.filter((attempt) => ranTwice(attempt, scheduled)).length,
      lost: tests.filter(({ cells }) => cells.length === 0).length,
      left: left.length,
    };
    this.#rows.push(row);
    assert.deepEqual(
      { runTwice: row.runTwice, lost: row.lost, left: row.left },
      { runTwice: 0, lost: 0, left: 0 },
      `${what.fault}, ${what.moment}; left behind: ${left.join(', ')}`,
    );
    return row;
  }

  /** The grid in Markdown, as it stands in the README. */
  toString(): string {
    return [
      '| fault | moment | verdict | attempts | run twice | lost | left behind |',
      '|---|---|---|---:|---:|---:|---:|',
      ...this.#rows.map(
        ({ fault, moment, verdict, attempts, runTwice, lost, left }) =>
          `| ${fault} | ${moment} | ${verdict} | ${attempts} | ${runTwice} | ${lost} | ${left} |`,
      ),
    ].join('\n');
  }
}

/**
 * How often each pod name of the lab's namespace was given to a node, by the scheduler's own events: the suite's records
 * are not asked.
 */
export async function podsEverScheduled(lab: Lab): Promise<ReadonlyMap<string, number>> {
  const events = await lab.box.admin.list<SchedulingEvent>(EVENT, lab.namespace.name, {
    fieldSelector: 'reason=Scheduled,involvedObject.kind=Pod',
  });
  const uids = new Map<string, Set<string>>();
  for (const { involvedObject } of events) {
    uids.set(involvedObject.name, (uids.get(involvedObject.name) ?? new Set()).add(involvedObject.uid));
  }
  return new Map([...uids].map(([name, found]) => [name, found.size]));
}

function ranTwice({ ranks }: AttemptRecord, scheduled: ReadonlyMap<string, number>): boolean {
  return ranks.some(({ pod }) => (scheduled.get(pod) ?? 0) > 1);
}

function verdictText(cells: readonly TransportCell[]): string {
  const texts = cells.map(({ verdict, failure, reasons }) => {
    const why = failure?.class ?? reasons.find(({ code }) => NOTABLE.has(code))?.code;
    return why ? `${verdict} (${why})` : verdict;
  });
  return [...new Set(texts)].join(', ');
}

const NOTABLE: ReadonlySet<string> = new Set(['implausible', 'exit-code-after-table', 'wrong-path', 'did-not-exit']);
