import assert from 'node:assert/strict';
import { misspelledVariables, readConfig } from '../../../worker/config.js';

describe('the worker’s settings', () => {
  it('have defaults, without versions', () => {
    assert.deepEqual(readConfig({}), {
      TASK_QUEUE: 'dynamo-bench',
      RESULTS_DIR: 'runs',
      LOG_LEVEL: 'INFO',
      LOG_FORMAT: 'text',
    });
  });

  it('take a version by its two parts', () => {
    const { DEPLOYMENT_NAME, BUILD_ID } = readConfig({ DEPLOYMENT_NAME: 'dynamo-bench', BUILD_ID: '0.1.0' });
    assert.deepEqual([DEPLOYMENT_NAME, BUILD_ID], ['dynamo-bench', '0.1.0']);
  });

  it('refuse an empty key file, which would leave payloads plain', () => {
    assert.equal(readConfig({ PAYLOAD_KEY_FILE: 'payload.key' }).PAYLOAD_KEY_FILE, 'payload.key');
    assert.throws(() => readConfig({ PAYLOAD_KEY_FILE: '' }), /^Error: environment variable PAYLOAD_KEY_FILE: /);
  });

  it('refuse a service account that Kubernetes could not have', () => {
    const name = 'dynamo-bench-benchmark';
    assert.equal(readConfig({ BENCHMARK_SERVICE_ACCOUNT: name }).BENCHMARK_SERVICE_ACCOUNT, name);
    for (const wrong of ['', 'Bench', 'system:serviceaccount:a:b', '-a', 'a'.repeat(254)])
      assert.throws(() => readConfig({ BENCHMARK_SERVICE_ACCOUNT: wrong }), /BENCHMARK_SERVICE_ACCOUNT: /, wrong);
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

  it('take addresses and limits', () => {
    const { HEALTH_ADDRESS, METRICS_ADDRESS, MAX_ACTIVITIES, MAX_CACHED_WORKFLOWS } = readConfig({
      HEALTH_ADDRESS: '0.0.0.0:8080',
      METRICS_ADDRESS: '[::1]:9464',
      MAX_ACTIVITIES: '20',
      MAX_CACHED_WORKFLOWS: '50',
    });
    assert.deepEqual(
      [HEALTH_ADDRESS, METRICS_ADDRESS, MAX_ACTIVITIES, MAX_CACHED_WORKFLOWS],
      [{ host: '0.0.0.0', port: 8080 }, { host: '::1', port: 9464 }, 20, 50],
    );
  });

  for (const [name, value] of [
    ['HEALTH_ADDRESS', '8080'],
    ['HEALTH_ADDRESS', 'localhost:8080'],
    ['HEALTH_ADDRESS', '0.0.0.0:65536'],
    ['METRICS_ADDRESS', '::1:9464'],
    ['MAX_ACTIVITIES', '0'],
    ['MAX_ACTIVITIES', '1e3'],
    ['MAX_CACHED_WORKFLOWS', '1'],
    ['LOG_FORMAT', 'JSON'],
  ] as const) {
    it(`refuse ${name}=${value}, and name the variable`, () => {
      assert.throws(() => readConfig({ [name]: value }), new RegExp(`^Error: environment variable ${name}: `));
    });
  }

  it('warn about a misspelled variable, and not about those of other programs', () => {
    assert.deepEqual(
      misspelledVariables({ METRICS_ADDR: ':1', MAX_ACTIVITYS: '1', LOG_LEVEL: 'INFO', LOGNAME: 'me' }),
      ['environment variable MAX_ACTIVITYS has no effect; did you mean MAX_ACTIVITIES?'],
    );
    assert.deepEqual(misspelledVariables({ RESULT_DIR: 'x', BUILD_URL: 'x', LOG_FORMATS: 'json' }), [
      'environment variable LOG_FORMATS has no effect; did you mean LOG_FORMAT?',
    ]);
  });
});
