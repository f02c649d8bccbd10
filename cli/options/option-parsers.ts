import { InvalidArgumentError } from 'commander';
import { parseDuration, UnitError } from '../../suite/units/units.js';

/** Readers of option values; their errors name the option and say what is expected. */

export function positiveInteger(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('expected a whole number above 0.');
  return number;
}

/** `3` or `3%` as the share 0.03. */
export function percentage(value: string): number {
  const number = Number(value.replace(/\s*%$/, ''));
  if (!(number > 0 && number < 100)) throw new InvalidArgumentError('expected per cent, for example 3 or 0.5%.');
  return number / 100;
}

/** A duration in seconds: `1h`, `400d`. */
export function seconds(value: string): number {
  try {
    return parseDuration(value);
  } catch (error) {
    if (error instanceof UnitError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}
