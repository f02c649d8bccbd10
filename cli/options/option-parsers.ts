import { InvalidArgumentError } from 'commander';
import { PAUSING_OUTCOMES, type PausingOutcome } from '../../suite/run/schedule-pause.js';
import { unknownWord } from '../../suite/schema/schema.js';
import { parseDuration, UnitError } from '../../suite/units/units.js';

/**
 * Parses a whole number above 0.
 *
 * @throws {InvalidArgumentError} for any other value; commander adds the name of the option, as for all parsers here
 */
export function positiveInteger(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('Expected a whole number above 0.');
  return number;
}

const LONGEST_LABEL = 200;

/** Parses a label: one line of at most 200 characters. */
export function oneLine(value: string): string {
  if (value.trim() === '' || value.length > LONGEST_LABEL || /\p{Cc}/u.test(value))
    throw new InvalidArgumentError(`Expected one line of at most ${LONGEST_LABEL} characters.`);
  return value;
}

/** Parses a percentage above 0 and below 100, with or without the sign: `3` and `3%` are the share 0.03. */
export function percentage(value: string): number {
  const number = Number(value.replace(/\s*%$/, ''));
  if (!(number > 0 && number < 100)) throw new InvalidArgumentError('Expected a percentage such as 3 or 0.5%.');
  return number / 100;
}

/** Parses a duration such as `1h` or `400d`; returns seconds. */
export function seconds(value: string): number {
  try {
    return parseDuration(value);
  } catch (error) {
    if (error instanceof UnitError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

/** Parses outcomes that can pause a schedule, separated by commas: `fail,regressed`. */
export function pausingOutcomes(value: string): PausingOutcome[] {
  const words = value.split(',').map((word) => word.trim());
  const unknown = words.find((word) => !PAUSING_OUTCOMES.some((outcome) => outcome === word));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`${sentence(unknownWord('outcome', unknown, PAUSING_OUTCOMES))}.`);
  return PAUSING_OUTCOMES.filter((outcome) => words.includes(outcome));
}

const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/** Parses an ISO 8601 time with its offset, or a date, which means midnight UTC. */
export function moment(value: string): Date {
  const time = new Date(value);
  if (!TIME.test(value) || Number.isNaN(time.getTime()))
    throw new InvalidArgumentError('Expected a time such as 2026-08-01T02:30:00Z, or a date (midnight UTC).');
  return time;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
