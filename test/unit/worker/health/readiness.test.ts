import assert from 'node:assert/strict';
import { request } from 'node:http';
import { serveHealth } from '../../../../worker/health/health-server.js';
import { ReadinessChecks } from '../../../../worker/health/readiness.js';

const passes = async () => undefined;

describe('the checks of /readyz', () => {
  it('say ok or the reason of each check', async () => {
    const fails = async () => {
      throw new Error('the disk is full');
    };
    assert.deepEqual(await new ReadinessChecks({ temporal: passes, store: fails }).current(), {
      ready: false,
      checks: { temporal: 'ok', store: 'the disk is full' },
    });
  });

  it('do not wait for a check that does not answer', async () => {
    const hangs = () => new Promise<void>(() => undefined);
    const { ready, checks } = await new ReadinessChecks({ hangs, passes }, { limitMs: 1 }).current();
    assert.deepEqual([ready, checks], [false, { hangs: 'no answer within 1 ms', passes: 'ok' }]);
  });

  it('run once for many probes, and again when the result is old', async () => {
    let [time, runs] = [0, 0];
    const counted = async () => {
      runs++;
    };
    const readiness = new ReadinessChecks({ counted }, { now: () => time });
    await Promise.all([readiness.current(), readiness.current()]);
    time = 4_999;
    await readiness.current();
    assert.equal(runs, 1);
    time = 5_000;
    await readiness.current();
    assert.equal(runs, 2);
  });

  it('are replaced when the worker has started', async () => {
    const readiness = new ReadinessChecks({ worker: () => Promise.reject(new Error('the worker is starting')) });
    assert.equal((await readiness.current()).ready, false);
    readiness.replace({ passes });
    assert.deepEqual(await readiness.current(), { ready: true, checks: { passes: 'ok' } });
  });
});

describe('the server of the probes', () => {
  const address = { host: '127.0.0.1', port: 0 };
  const statusOf = (port: number, path: string, method = 'GET') =>
    new Promise<number | undefined>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, method }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

  it('answers 200, 503, 404 and 405', async () => {
    const readiness = new ReadinessChecks({ passes });
    const { port, close } = await serveHealth(address, readiness);
    try {
      assert.deepEqual([await statusOf(port, '/healthz'), await statusOf(port, '/readyz?verbose')], [200, 200]);
      assert.deepEqual([await statusOf(port, '/'), await statusOf(port, '/readyz', 'POST')], [404, 405]);
      readiness.replace({ fails: () => Promise.reject(new Error('no')) });
      assert.deepEqual([await statusOf(port, '/healthz'), await statusOf(port, '/readyz')], [200, 503]);
    } finally {
      await close();
    }
  });

  it('names the variable when the address is taken', async () => {
    const { port, close } = await serveHealth(address, new ReadinessChecks({}));
    try {
      await assert.rejects(serveHealth({ ...address, port }, new ReadinessChecks({})), /set HEALTH_ADDRESS to a free/);
    } finally {
      await close();
    }
  });
});
