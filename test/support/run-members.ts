import type { CellSummary } from '../../activities/cells/cell-summary.js';
import {
  type EndedHead,
  endedHead,
  type RunEnd,
  type RunStart,
  startedHead,
} from '../../activities/report/run-head.js';
import type { StartedRun } from '../../suite/record/record.js';
import type { Run } from '../../suite/run/run.js';
import type { FailureRecord } from '../../suite/verdict/failure.js';
import { type Verdict, worst } from '../../suite/verdict/verdict.js';

type WithKeys<Test> = Test & { readonly cellKeys: readonly string[] };

/** What a run reports, with the keys of the cells that the store would say it has. */
export type Reported = Omit<EndedHead, 'tests' | 'dynamo'> & {
  readonly tests: readonly WithKeys<EndedHead['tests'][number]>[];
  readonly dynamo?: Omit<NonNullable<EndedHead['dynamo']>, 'tests'> & {
    readonly tests: readonly WithKeys<NonNullable<EndedHead['dynamo']>['tests'][number]>[];
  };
};

/** What a store keeps of a cell, as far as the record of its run depends on it. */
interface Member {
  readonly key: string;
  readonly test: string;
  readonly verdict: string;
  readonly warmUp?: boolean | undefined;
  readonly failure?: CellSummary['failure'] | Readonly<Record<string, unknown>> | undefined;
}

/** Which runs have started and which cells they have, as the store says it. */
export class RunMembers {
  readonly #cells = new Map<string, Map<string, Member>>();
  readonly #started = new Map<string, StartedRun>();

  start(run: Run, start: RunStart): void {
    this.#started.set(run.runId, startedHead(run, start));
  }

  add({ runId }: Run, cell: Member): void {
    this.#of(runId).set(cell.key, cell);
  }

  /** What the store would record as the end of a run. */
  end(run: Run, end: RunEnd): Reported {
    const started = this.#started.get(run.runId);
    if (!started) throw new Error(`the start of run ${run.workflowId} is not recorded`);
    const cells = [...this.#of(run.runId).values()];
    const byTest = Map.groupBy(cells, ({ test }) => test);
    const counts = new Map([...byTest].map(([test, own]) => [test, own.length]));
    const verdicts = new Map(
      [...byTest].map(([test, own]) => {
        const counted = own.filter(({ warmUp }) => !warmUp).map(({ verdict }) => verdict as Verdict);
        const failure = own.find((cell) => cell.failure)?.failure as FailureRecord | undefined;
        return [test, { ...(counted.length > 0 ? { verdict: worst(counted) } : {}), ...(failure ? { failure } : {}) }];
      }),
    );
    const { dynamo, ...head } = endedHead(started, end, { counts, verdicts });
    const withKeys = <Test extends { readonly name: string }>(test: Test) => ({
      ...test,
      cellKeys: (byTest.get(test.name) ?? []).map(({ key }) => key),
    });
    return {
      ...head,
      tests: head.tests.map(withKeys),
      ...(dynamo ? { dynamo: { ...dynamo, tests: dynamo.tests.map(withKeys) } } : {}),
    };
  }

  #of(runId: string): Map<string, Member> {
    const cells = this.#cells.get(runId) ?? new Map<string, Member>();
    this.#cells.set(runId, cells);
    return cells;
  }
}
