import { assertPythonTests } from '../../support/python-tests.js';

describe('the stand-in nixlbench', () => {
  it('passes its own tests', () => assertPythonTests('bench/nixlbench', 'bench'));
  it('fails in the ways that tests select', () => assertPythonTests('bench/faults'));
});
