import { assertPythonTests } from '../../support/python-tests.js';

describe('the Dynamo image', () => {
  it('has libraries in place of CUDA and a model with weights', () => assertPythonTests('dynamo'));
});
