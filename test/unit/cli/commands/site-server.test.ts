import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createSiteServer } from '../../../../cli/commands/site-server.js';

describe('server of the site', () => {
  let parent: string;
  let server: Server;
  let folder: string | undefined;

  before(async () => {
    parent = await mkdtemp(join(tmpdir(), 'site-server-'));
    folder = join(parent, 'site');
    await mkdir(join(folder, 'runs/a%2Fb/lf'), { recursive: true });
    await writeFile(join(parent, 'secret'), 'secret');
    await writeFile(join(folder, 'index.html'), '<p>index');
    await writeFile(join(folder, 'empty'), '');
    await writeFile(join(folder, '.hidden'), 'secret');
    await writeFile(join(folder, 'runs/a%2Fb/report.html'), '<p>report');
    await mkdir(join(folder, 'runs/.nightly'));
    await writeFile(join(folder, 'runs/.nightly/report.html'), '<p>nightly');
    await writeFile(join(folder, 'runs/.nightly/.hidden'), 'secret');
    await writeFile(join(folder, 'runs/a%2Fb/lf/report.html'), '<script>alert(1)</script>');
    await writeFile(join(folder, 'runs/a%2Fb/lf/initiator.svg'), '<svg onload="alert(1)"/>');
    await symlink(join(parent, 'secret'), join(folder, 'link'));
    await symlink(parent, join(folder, 'up'));
    server = createSiteServer(() => folder).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(async () => {
    server.close();
    await rm(parent, { recursive: true });
  });

  /** Sends the path as it is, which fetch would tidy up. */
  async function ask(
    path: string,
    method = 'GET',
  ): Promise<{ status: number; body: string; headers: IncomingMessage['headers'] }> {
    const sent = request({
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      path,
      method,
      agent: false,
    }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, body: await text(response), headers: response.headers };
  }

  it('serves the pages as HTML without scripts, and every other file as text', async () => {
    for (const [path, body, type] of [
      ['/', '<p>index', 'text/html'],
      ['/index.html?x=1', '<p>index', 'text/html'],
      ['/runs/a%252Fb/report.html', '<p>report', 'text/html'],
      ['/runs/.nightly/report.html', '<p>nightly', 'text/html'],
      ['/runs/a%252Fb/lf/report.html', '<script>alert(1)</script>', 'text/plain'],
      ['/runs/a%252Fb/lf/initiator.svg', '<svg onload="alert(1)"/>', 'text/plain'],
      ['/empty', '', 'text/plain'],
    ] as const) {
      const answer = await ask(path);
      assert.deepEqual([answer.status, answer.body], [200, body], path);
      assert.equal(answer.headers['content-type'], `${type}; charset=utf-8`, path);
      assert.equal(answer.headers['x-content-type-options'], 'nosniff');
      assert.match(String(answer.headers['content-security-policy']), /^default-src 'none';/);
    }
  });

  it('answers HEAD without a body', async () => {
    const { status, body, headers } = await ask('/', 'HEAD');
    assert.deepEqual([status, body, headers['content-length']], [200, '', '8']);
  });

  it('serves nothing outside the folder, no hidden file, no folder and no wrong path', async () => {
    for (const path of [
      '/../secret',
      '/..%2fsecret',
      '/%2e%2e/secret',
      '/runs/../../secret',
      '/runs/..%5c..%5csecret',
      '//etc/passwd',
      '/%2fetc%2fpasswd',
      '/link',
      '/up/secret',
      '/.hidden',
      '/runs/.nightly/.hidden',
      '/runs/../index.html',
      '/runs/./report.html',
      '/runs',
      '/runs/',
      '/index.html/',
      '/index.html%00',
      '/%',
      '/%ff',
      `/${'é'.repeat(300).replaceAll('é', '%C3%A9')}`,
      '/missing',
      'http://example.com/index.html',
    ]) {
      const { status, body } = await ask(path);
      assert.deepEqual([status, body], [404, 'Not found\n'], path);
    }
  });

  it('refuses every other method', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const { status, headers } = await ask('/index.html', method);
      assert.deepEqual([status, headers.allow], [405, 'GET, HEAD'], method);
    }
  });

  it('says that there are no results before the first rendering', async () => {
    const former = folder;
    folder = undefined;
    try {
      assert.equal((await ask('/')).status, 503);
    } finally {
      folder = former;
    }
  });
});
