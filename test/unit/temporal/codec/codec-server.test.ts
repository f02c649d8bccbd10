import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCodecServer } from '../../../../temporal/codec/codec-server.js';
import { EncryptionCodec } from '../../../../temporal/codec/encryption-codec.js';
import { newKey } from '../../../../temporal/codec/key-file.js';

const ORIGIN = 'http://localhost:8233';
const TOKEN = 'a-token-of-this-test';
const PLAIN = {
  metadata: { encoding: Buffer.from('json/plain').toString('base64') },
  data: Buffer.from('"secret"').toString('base64'),
};

describe('the codec server', () => {
  let open: Server;
  let closed: Server;
  const logged: string[] = [];

  before(async () => {
    const codec = await EncryptionCodec.create({ path: 'f', keys: [newKey('k')] });
    const log = (message: string) => logged.push(message);
    open = createCodecServer(codec, { origin: ORIGIN, log }).listen(0, '127.0.0.1');
    closed = createCodecServer(codec, { origin: ORIGIN, token: TOKEN, log }).listen(0, '127.0.0.1');
    await Promise.all([open, closed].map((server) => once(server, 'listening')));
  });
  after(() => {
    for (const server of [open, closed]) {
      server.close();
      server.closeAllConnections();
    }
  });
  beforeEach(() => logged.splice(0));

  const send = (server: Server, path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { method: 'POST', ...init });
  const payloads = (...list: object[]) => JSON.stringify({ payloads: list });

  it('encodes and decodes payloads at any path, and keeps plain ones', async () => {
    const encoded = (await (await send(open, '/default/encode', { body: payloads(PLAIN) })).json()) as {
      payloads: (typeof PLAIN)[];
    };
    assert.notEqual(encoded.payloads[0]?.data, PLAIN.data);
    const body = payloads(...encoded.payloads, PLAIN);
    const decoded = await send(open, '/decode?x=1', { body, headers: { 'x-namespace': 'default' } });
    assert.deepEqual(await decoded.json(), { payloads: [PLAIN, PLAIN] });
    const none = await send(open, '/encode', { body: '{}' });
    assert.deepEqual(await none.json(), { payloads: [] }, 'as the Temporal CLI sends a call without arguments');
    assert.deepEqual(logged, []);
  });

  it('lets pages of the given origin read the answer, refuses those of others, and answers the preflight', async () => {
    const headers = { origin: ORIGIN };
    const own = await send(open, '/decode', { body: payloads(PLAIN), headers });
    assert.equal(own.headers.get('access-control-allow-origin'), ORIGIN);
    const preflight = await send(closed, '/decode', { method: 'OPTIONS', headers });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-methods'), 'POST');
    assert.equal(preflight.headers.get('access-control-allow-headers'), 'authorization, content-type, x-namespace');
    for (const method of ['POST', 'OPTIONS']) {
      const body = method === 'POST' ? { body: payloads(PLAIN) } : {};
      const foreign = await send(open, '/decode', { method, ...body, headers: { origin: 'http://localhost:9999' } });
      assert.equal(foreign.status, 403);
      assert.equal(foreign.headers.get('access-control-allow-origin'), null);
      assert.ok(!(await foreign.text()).includes(PLAIN.data));
    }
  });

  it('answers only requests with the token, if it has one', async () => {
    const statuses: number[] = [];
    for (const authorization of [undefined, TOKEN, 'Bearer ', `Bearer ${TOKEN}x`, `Bearer ${TOKEN}`]) {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      statuses.push((await send(closed, '/decode', { body: payloads(PLAIN), headers })).status);
    }
    assert.deepEqual(statuses, [401, 401, 401, 401, 200]);
    assert.ok(!logged.join().includes(TOKEN));
  });

  it('refuses other paths and methods, wrong JSON and requests that are too large', async () => {
    const status = async (path: string, init: RequestInit) => (await send(open, path, init)).status;
    assert.equal(await status('/', { body: payloads() }), 404);
    assert.equal(await status('/decode', { method: 'GET' }), 405);
    for (const body of ['', 'null', '{"payloads": {}}', '{"payloads": [null]}', '{"payloads": [{"data": 1}]}'])
      assert.equal(await status('/decode', { body }), 400, body);
    const large = await send(open, '/decode', { body: ' '.repeat(16 * 1024 * 1024 + 1) }).catch(() => undefined);
    assert.ok(large === undefined || large.status === 413);
    assert.match(logged.at(-1) ?? '', /^POST \/decode: 413: /);
    assert.equal(await status('/decode', { body: payloads(PLAIN) }), 200, 'and continues');
  });

  it('says which key is missing', async () => {
    const other = await EncryptionCodec.create({ path: 'g', keys: [newKey('other')] });
    const [payload] = await other.encode([{ metadata: {}, data: Buffer.from('x') }]);
    const metadata = Object.entries(payload?.metadata ?? {}).map(
      ([name, bytes]) => [name, Buffer.from(bytes).toString('base64')] as const,
    );
    const body = payloads({
      metadata: Object.fromEntries(metadata),
      data: Buffer.from(payload?.data ?? []).toString('base64'),
    });
    const response = await send(open, '/decode', { body });
    assert.equal(response.status, 400);
    assert.match(((await response.json()) as Error).message, /encrypted with key "other", but key file f has only "k"/);
  });
});
