import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { readProbe } from '../../../suite/cluster/probe.js';
import { REDACTED } from '../../../suite/run/redact.js';
import { isolated } from '../../support/environment.js';

const PROBE = fileURLToPath(new URL('../../../../manifests/scripts/probe.sh', import.meta.url));

describe('the probe script', () => {
  it('hides secrets before they are printed, further lines of them too', async () => {
    const env = { A_TOKEN: 'first-secret\nsecond-secret', FI_PROVIDER: 'efa', LINES: 'one\ntwo' };
    const { stdout } = await isolated('sh', [PROBE], {
      env: { ...env, DYNAMO_BENCH_ETCD_HOST: 'localhost' },
    });
    assert.doesNotMatch(stdout, /first-secret|second-secret/);
    const { environment, ipcLock } = readProbe(stdout, 'n', '');
    assert.equal(typeof ipcLock, process.platform === 'linux' ? 'boolean' : 'undefined', 'where there is /proc');
    assert.equal(environment.FI_PROVIDER, 'efa');
    assert.equal(environment.A_TOKEN, REDACTED);
    assert.match(stdout, /^LINES=one\ntwo$/m);
  });
});
