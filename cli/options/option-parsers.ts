import { InvalidArgumentError } from 'commander';
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
