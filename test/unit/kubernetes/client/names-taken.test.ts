import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { Cluster } from '../../../../kubernetes/client/cluster.js';
import { deleteThis } from '../../../../kubernetes/client/delete-this.js';
import type { Pod } from '../../../../kubernetes/client/objects.js';
import { POD } from '../../../../kubernetes/client/resources.js';

const PROBE: Pod = { ...POD, metadata: { name: 'probe', namespace: 'bench' }, spec: { containers: [] } };

interface Answer {
  readonly code: number;
  readonly body: object;
}

const refusal = (code: number, reason: string): Answer => ({ code, body: { kind: 'Status', reason } });
const EXISTS = refusal(409, 'AlreadyExists');
const CONFLICT = refusal(409, 'Conflict');
const ABSENT = refusal(404, 'NotFound');

const withUid = (uid: string): Pod => ({ ...PROBE, metadata: { ...PROBE.metadata, uid } });
const found = (uid: string): Answer => ({ code: 200, body: withUid(uid) });

/** Runs requests against an API server that gives these answers in turn. @returns what it was asked */
async function asked(answers: readonly Answer[], requests: (cluster: Cluster) => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { code, body } = answers[seen.length] ?? ABSENT;
      const uid = /"preconditions":\{"uid":"([^"]*)"/.exec(Buffer.concat(parts).toString())?.[1];
      seen.push(`${request.method}${uid === undefined ? '' : ` ${uid}`}`);
      response.writeHead(code, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const config = new KubeConfig();
  const { port } = server.address() as AddressInfo;
  config.loadFromClusterAndUser({ name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: true }, { name: 'u' });
  try {
    await requests(new Cluster(config));
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return seen;
}

describe('an object whose name is taken', () => {
  const adopt = (uid: string) => async (cluster: Cluster) =>
    assert.equal((await cluster.createOrAdopt(PROBE)).metadata.uid, uid);

  it('is adopted', async () => {
    assert.deepEqual(await asked([EXISTS, found('1')], adopt('1')), ['POST', 'GET']);
  });

  it('is created when the one with its name disappears before it can be read', async () => {
    assert.deepEqual(await asked([EXISTS, ABSENT, found('2')], adopt('2')), ['POST', 'GET', 'POST']);
  });
});

describe('the deletion of an object that was read before', () => {
  const remove = (cluster: Cluster) => deleteThis(cluster, POD, withUid('1'));

  it('names it by its uid', async () => {
    assert.deepEqual(await asked([found('1')], remove), ['DELETE 1']);
  });

  it('succeeds when it is gone, or when another object has its name', async () => {
    assert.deepEqual(await asked([ABSENT], remove), ['DELETE 1']);
    assert.deepEqual(await asked([CONFLICT], remove), ['DELETE 1']);
  });

  it('fails when it is refused', async () => {
    await assert.rejects(asked([refusal(422, 'Invalid')], remove), { class: 'Rejected' });
  });
});
