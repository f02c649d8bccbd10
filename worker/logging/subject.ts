import type { Run } from '../../suite/run/run.js';

/** What a step works on, as fields of a log line and as attributes of a span. */
export interface Subject {
  /** Workflow id of the suite run. */
  readonly suiteRun?: string;
  readonly test?: string;
  /** Cell of the test: `repetition 2`, `warm-up 1`, or `concurrency 16, repetition 1`. */
  readonly cell?: string;
  /** Number of the attempt at the cell. The SDK's own `attempt` counts the tries of the step. */
  readonly cellAttempt?: number;
}

/** The keys of the inputs of activities that name the subject. */
interface Input {
  readonly run?: Run;
  readonly test?: { readonly name: string };
  readonly cell?: {
    readonly test: { readonly name: string };
    readonly repetition?: number;
    readonly warmUp?: boolean;
    readonly point?: Point;
  };
  readonly point?: Point;
  readonly attempt?: number;
  /** Names with the cell and the attempt in them: `nixl-ucx/r2-a1-4f2a01`. */
  readonly group?: string;
  readonly folder?: string;
  readonly ranks?: readonly { readonly log?: { readonly path: string } }[];
}

interface Point {
  readonly concurrency: number;
  readonly repetition: number;
}

/** `r2-a1` or `w1-a1` in the name of an attempt. */
const ATTEMPT = /(?:^|[/-])([rw])(\d+)-a(\d+)(?:[/-]|$)/;

/** Reads from the arguments of an activity which run, test, cell and attempt it works on, as far as they say so. */
export function subjectOf(args: readonly unknown[]): Subject {
  const [input] = args;
  if (typeof input !== 'object' || input === null) return {};
  const { run, test, cell, point = cell?.point, attempt, group, folder, ranks } = input as Input;
  const [, kind, repetition, number] = ATTEMPT.exec(group ?? folder ?? ranks?.[0]?.log?.path ?? '') ?? [];
  const name = test?.name ?? cell?.test.name;
  const cellTitle = point
    ? `concurrency ${point.concurrency}, repetition ${point.repetition}`
    : titleOf(cell?.warmUp ?? kind === 'w', cell?.repetition ?? repetition);
  const cellAttempt = attempt ?? (number === undefined ? undefined : Number(number));
  return {
    ...(run ? { suiteRun: run.workflowId } : {}),
    ...(name === undefined ? {} : { test: name }),
    ...(cellTitle === undefined ? {} : { cell: cellTitle }),
    ...(cellAttempt === undefined ? {} : { cellAttempt }),
  };
}

function titleOf(isWarmUp: boolean, repetition: number | string | undefined): string | undefined {
  return repetition === undefined ? undefined : `${isWarmUp ? 'warm-up' : 'repetition'} ${repetition}`;
}
