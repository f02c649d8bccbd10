import { Option } from 'commander';
import { DEFAULT_THRESHOLD } from '../../results/regression/compare-run.js';
import { percentage } from './option-parsers.js';

/** `--threshold 5%`: differences below it are not relevant. The default is that of `regression.threshold` in a suite spec. */
export function thresholdOption(): Option {
  return new Option('--threshold <percent>', 'ignore differences below this percentage')
    .argParser(percentage)
    .default(DEFAULT_THRESHOLD, `${DEFAULT_THRESHOLD * 100}%`);
}
