import { Option } from 'commander';
import { DEFAULT_THRESHOLD } from '../../results/regression/compare-run.js';
import { percentage } from './option-parsers.js';

/** `--minimal-difference 5%`, with the suite spec's default. */
export function minimalDifference(description: string): Option {
  return new Option('--minimal-difference <percent>', description)
    .argParser(percentage)
    .default(DEFAULT_THRESHOLD, `${DEFAULT_THRESHOLD * 100}%`);
}
