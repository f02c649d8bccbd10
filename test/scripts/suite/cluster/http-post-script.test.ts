import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpPostScript } from '../../../../suite/cluster/http-post-script.js';
import { isolated } from '../../../support/environment.js';

const BODY = '{"model":"tiny"}';

async function printed(url: string): Promise<string> {
  // A proxy of the pod must not see requests to the frontend.
  const env = { http_proxy: 'http://127.0.0.1:9' };
  return (await isolated('python3', ['-c', httpPostScript(10), url, BODY], { env })).stdout.trim();
}

describe('the script that posts JSON', () => {
  const received: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      received.push(`${request.method} ${request.headers['content-type']} ${text}`);
      if (request.url?.startsWith('/cut')) {
        response
          .writeHead(request.url === '/cut' ? 200 : 500, { 'Content-Length': '100' })
          .write('begin', () => response.destroy());
        return;
      }
      response.writeHead(request.url === '/error' ? 500 : 200);
      response.end(`answer to ${request.url}\nsecond line`);
    });
  });
  let base = '';

  before((done) => {
    server.listen(0, '127.0.0.1', () => {
      base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      done();
    });
  });
  after((done) => {
    server.close(done);
  });

  it('prints the status and the whole body of the answer', async () => {
    assert.equal(await printed(`${base}/ok`), '200 answer to /ok\nsecond line');
    assert.equal(received.at(-1), `POST application/json ${BODY}`);
  });

  it('prints the status and the body of an error', async () => {
    assert.equal(await printed(`${base}/error`), '500 answer to /error\nsecond line');
  });

  it('prints status 0 when the connection ends within the answer', async () => {
    assert.match(await printed(`${base}/cut`), /^0 IncompleteRead/);
    assert.match(await printed(`${base}/cut-error`), /^0 IncompleteRead/);
  });

  it('prints status 0 and the reason when no server listens', async () => {
    assert.match(await printed('http://127.0.0.1:9/'), /^0 .*refused/);
  });
}).timeout(120_000);
