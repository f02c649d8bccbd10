import assert from 'node:assert/strict';
import { refusedOption } from '../../../../suite/spec/refused-option.js';

const NAMES = ['--block-size', '--tp', '--tp-size', '-tp', '--trtllm.'];

describe('an option that extra arguments cannot contain', () => {
  for (const [argument, name] of [
    ['--block-size', '--block-size'],
    ['--block-size=16', '--block-size'],
    ['--block_size=16', '--block-size'],
    ['--blo', '--block-size'],
    ['--tp', '--tp'],
    ['--tp=4', '--tp'],
    ['--tp-s', '--tp-size'],
    ['-tp', '-tp'],
    ['-tp=4', '-tp'],
    ['-tp4', '-tp'],
    ['-t', '-tp'],
    ['--trtllm.kv_cache_config.dtype', '--trtllm.'],
  ] as const) {
    it(`is found in ${argument}`, () => assert.equal(refusedOption(argument, NAMES), name));
  }

  for (const argument of [
    '--block-size-x',
    '--bl',
    '--',
    '-',
    '--t',
    '-tpx',
    '-pp',
    '16',
    'block-size',
    '--x=--tp',
    '',
  ]) {
    it(`is not ${argument}`, () => assert.equal(refusedOption(argument, NAMES), undefined));
  }
});
