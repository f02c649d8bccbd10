import assert from 'node:assert/strict';
import { readConfig } from '../../../worker/config.js';

describe('the worker’s settings', () => {
  it('have defaults, without versions', () => {
    assert.deepEqual(readConfig({}), { TASK_QUEUE: 'dynamo-bench', RESULTS_DIR: 'runs', LOG_LEVEL: 'INFO' });
  });

  it('take a version by its two parts', () => {
    const { DEPLOYMENT_NAME, BUILD_ID } = readConfig({ DEPLOYMENT_NAME: 'dynamo-bench', BUILD_ID: '0.1.0' });
    assert.deepEqual([DEPLOYMENT_NAME, BUILD_ID], ['dynamo-bench', '0.1.0']);
  });

  it('refuse an empty key file, which would leave payloads plain', () => {
    assert.equal(readConfig({ PAYLOAD_KEY_FILE: 'payload.key' }).PAYLOAD_KEY_FILE, 'payload.key');
    assert.throws(() => readConfig({ PAYLOAD_KEY_FILE: '' }), /^Error: environment variable PAYLOAD_KEY_FILE: /);
  });

  it('refuse half a version, and say which half is missing', () => {
    assert.throws(
      () => readConfig({ DEPLOYMENT_NAME: 'dynamo-bench' }),
      /^Error: environment variable BUILD_ID: is missing while DEPLOYMENT_NAME is set/,
    );
    assert.throws(
      () => readConfig({ BUILD_ID: '0.1.0' }),
      /^Error: environment variable DEPLOYMENT_NAME: is missing while BUILD_ID is set/,
    );
  });

  it('refuse a version that Temporal would refuse, and name every variable that is wrong', () => {
    assert.throws(
      () => readConfig({ DEPLOYMENT_NAME: 'dynamo.bench', BUILD_ID: '', LOG_LEVEL: 'loud' }),
      (error: Error) => {
        assert.deepEqual(
          error.message.split('\n').map((line) => line.split(':')[0]),
          ['LOG_LEVEL', 'DEPLOYMENT_NAME', 'BUILD_ID'].map((name) => `environment variable ${name}`),
        );
        return true;
      },
    );
  });
});
