import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { Cluster } from '../../../../kubernetes/client/cluster.js';

describe('the connections to a cluster', () => {
  const { now } = performance;
  let server: Server;
  let connections = 0;
  let cluster: Cluster;

  beforeEach(async () => {
    connections = 0;
    server = createServer((_, response) => response.end('{"gitVersion":"v1.37.2"}'));
    server.on('connection', () => connections++);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const config = new KubeConfig();
    const { port } = server.address() as AddressInfo;
    config.loadFromClusterAndUser(
      { name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
      { name: 'u', token: 't' },
    );
    cluster = new Cluster(config);
  });
  afterEach(() => {
    performance.now = now;
    server.closeAllConnections();
    server.close();
  });

  it('serve one request after the other', async () => {
    for (let request = 0; request < 10; request++) await cluster.version();
    assert.ok(connections <= 2, `${connections} connections`);
  });

  it('are replaced after a minute, when certificates may have been renewed', async () => {
    await cluster.version();
    performance.now = () => now.call(performance) + 61_000;
    await cluster.version();
    assert.equal(connections, 2);
  });

  it('that the server has closed cost no request', async () => {
    await cluster.version();
    server.closeAllConnections();
    assert.equal(await cluster.version(), 'v1.37.2');
  });
});
