import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { MockActivityEnvironment } from '@temporalio/testing';
import { ActivityContext } from '../../../../activities/context/context.js';
import { type EvidenceInput, evidenceActivities } from '../../../../activities/transport/evidence.js';
import { Cluster } from '../../../../kubernetes/client/cluster.js';
import type { RankRecord } from '../../../../suite/record/record.js';
import { REDACTED } from '../../../../suite/secrets/redact.js';
import { PLAIN_SECRET, SECRET_VALUES } from '../../../support/secrets.js';
import { temporaryStore } from '../../../support/temporary-store.js';

const RUN = { workflowId: 'w', runId: 'r', key: 'k', namespace: 'n', leaseNamespace: 'n', retryFor: 60 };
const LIBFABRIC = '/opt/lib/libfabric.so.1.29.1';
const LOG = [
  '@@dynamo-bench {"event":"begin"}',
  'row',
  `@@dynamo-bench {"event":"libraries","files":["${LIBFABRIC}"],"versions":{"${LIBFABRIC}":["2.3.1"]}}`,
  '@@dynamo-bench {"event":"end","exitCode":0}',
];

const CONTAINER = {
  name: 'rank',
  image: 'i',
  args: ['tool', '--api-key', PLAIN_SECRET, '--url', `http://me:${PLAIN_SECRET}@host/`],
  env: [
    { name: 'FI_PROVIDER', value: 'efa' },
    { name: 'PGPASSWORD', value: PLAIN_SECRET },
    { name: 'OTHER', value: SECRET_VALUES['GitLab token'] },
    { name: 'HF_TOKEN', valueFrom: { secretKeyRef: { name: 'hf', key: 'token' } } },
  ],
};

describe('the evidence of a rank', () => {
  const at = temporaryStore();
  let server: Server;

  /** An API server with one pod, whose log has times when they are asked for. */
  beforeEach(async () => {
    server = createServer(({ url = '' }, response) => {
      const { pathname, searchParams } = new URL(url, 'http://server');
      const time = searchParams.get('timestamps') === 'true' ? '2026-01-05T02:30:00.000000000Z ' : '';
      const pod = { metadata: { name: 'p' }, spec: { nodeName: 'a', containers: [CONTAINER] } };
      response.end(pathname.endsWith('/log') ? LOG.map((line) => `${time}${line}\n`).join('') : JSON.stringify(pod));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('has the time of each line, and the libraries that the tool had mapped', async () => {
    const config = new KubeConfig();
    const { port } = server.address() as AddressInfo;
    config.loadFromClusterAndUser(
      { name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
      { name: 'u' },
    );
    const { store } = at;
    const context = new ActivityContext({
      store,
      runs: at.context.runs,
      schedules: at.context.schedules,
      connect: () => new Cluster(config),
    });
    const input: EvidenceInput = {
      run: RUN,
      folder: 'lf/r1-a1',
      ranks: [{ position: 'node1', pod: 'p', node: 'a' }],
      endedBySuite: [],
    };
    const [rank] = (await new MockActivityEnvironment().run(
      evidenceActivities(context).storeEvidence,
      input,
    )) as RankRecord[];
    assert.deepEqual(rank?.command, ['tool', '--api-key', REDACTED, '--url', `http://${REDACTED}@host/`]);
    assert.deepEqual(rank?.environment, {
      FI_PROVIDER: 'efa',
      PGPASSWORD: REDACTED,
      OTHER: REDACTED,
      HF_TOKEN: '<secret hf, key token>',
    });
    assert.deepEqual(rank?.libraries, [{ file: LIBFABRIC, version: '2.3.1' }]);
    const stored = await store.readLog('w', 'lf/r1-a1/node1.log');
    assert.match(stored, /^2026-01-05T02:30:00\.000000000Z row$/m);
  });
});
