import type { z } from 'zod';
import { shown } from '../schema/shown.js';
import { redactText } from '../secrets/redact.js';

/** A problem of a spec. `path` is written as in JavaScript: `tests[1].backend`. */
export interface SpecProblem {
  readonly path: string;
  readonly message: string;
}

/** The first problems of a spec. */
export interface SpecProblems {
  readonly problems: readonly SpecProblem[];
  /** Number of all problems. */
  readonly count: number;
}

/** Number of problems that messages and outputs contain. */
export const MAX_SHOWN_PROBLEMS = 50;
/** Longest path and message of a problem, in characters. */
const MAX_PATH = 200;
const MAX_PROBLEM = 1000;

/** Bounds the number and the lengths of problems, and removes secrets that their messages quote. */
export function boundedProblems(problems: readonly SpecProblem[]): SpecProblems {
  const first = problems.slice(0, MAX_SHOWN_PROBLEMS).map(({ path, message }) => ({
    path: cut(redactText(path), MAX_PATH),
    message: cut(redactText(message), MAX_PROBLEM),
  }));
  return { problems: first, count: problems.length };
}

/** Returns the problems as lines of text, with the number of those that are not shown. */
export function problemLines({ problems, count }: SpecProblems): string[] {
  const lines = problems.map(({ path, message }) => `${path}: ${message}`);
  return count > problems.length ? [...lines, `and ${count - problems.length} more`] : lines;
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}

/** Returns the problems that a schema found. */
export function problemsOf(error: z.ZodError | undefined): SpecProblem[] {
  return (error?.issues ?? []).map(({ path, message }) => ({ path: pathText(path), message }));
}

/** Writes the path of a value as in JavaScript: `tests[1].backend`. */
export function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'spec';
  return path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${shown(String(key))}`))
    .join('');
}
