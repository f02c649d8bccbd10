import { Option } from 'commander';
import { DEFAULT_THRESHOLD } from '../../results/regression/compare-run.js';
import { percentage } from './option-parsers.js';

/**
 * Builds `--threshold`: smaller differences are not relevant. Its default is that of `regression.threshold` in a suite
 * spec.
 */
export function thresholdOption(): Option {
  return new Option('--threshold <percent>', 'ignore differences below this percentage')
    .argParser(percentage)
    .default(DEFAULT_THRESHOLD, `${DEFAULT_THRESHOLD * 100}%`);
}
