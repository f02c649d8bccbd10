import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { type Notice, webhookActivities } from '../../../../activities/report/webhook.js';
import { fetchTrouble, webhookUrl } from '../../../../activities/report/webhook-url.js';
import { toApplicationFailure } from '../../../../worker/interceptors/application-failure.js';
import { failureOfClass } from '../../../support/failure-of-class.js';

const run = { workflowId: 'nightly-p5', runId: 'r', key: 'k', namespace: 'n', leaseNamespace: 'n', retryFor: 60 };
const notice: Notice = {
  suite: 'p5',
  outcome: 'regressed',
  reasons: [{ code: 'measured', message: 'a < b & c' }],
  comparison: {
    change: 'regressed',
    reason: 'nixl-libfabric/bandwidth is 5 % lower',
    regressed: ['nixl-libfabric/bandwidth'],
    regressions: 1,
  },
  folder: 'runs/nightly-p5',
};
const VARIABLE = 'DYNAMO_BENCH_WEBHOOK_TEST';
const webhook: Parameters<ReturnType<typeof webhookActivities>['notify']>[0]['webhook'] = {
  urlEnv: VARIABLE,
  on: ['regressed', 'fail'],
};

describe('webhook', () => {
  let server: Server;
  let status: number;
  const bodies: string[] = [];
  const { notify } = webhookActivities();
  const send = (outcome = 'regressed') =>
    new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(notify, {
      run,
      webhook,
      notice: { ...notice, outcome },
    }) as Promise<{ sent: boolean }>;

  beforeEach(async () => {
    status = 200;
    bodies.length = 0;
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      bodies.push(body);
      response.writeHead(status).end('ok');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    process.env[VARIABLE] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/secret`;
  });
  afterEach(async () => {
    delete process.env[VARIABLE];
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('has no mention and no link, whatever a tool printed', async () => {
    const message =
      '<!channel> <@U1> @everyone @here [l](https://evil.example) ![i](https://evil.example/i.png)\n\u001b[31m \u202e';
    const attack = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    await attack.run(notify, { run, webhook, notice: { ...notice, reasons: [{ code: 'failure' as const, message }] } });
    const { text, reasons } = JSON.parse(bodies[0] ?? '');
    assert.doesNotMatch(text, /<[!@#]|@\w|\]\(|(?!\n)\p{Cc}|\u202e/u);
    assert.ok(text.includes('• &lt;!channel&gt; &lt;@\u2060U1&gt; @\u2060everyone'));
    assert.deepEqual(reasons, [{ code: 'failure', message }], 'the JSON has the text as it is');
  });

  it('gets JSON with a text that Slack shows', async () => {
    assert.deepEqual(await send(), { sent: true });
    const body = JSON.parse(bodies[0] ?? '');
    assert.match(
      body.text,
      /^\*p5: regressed\* \(nightly-p5\)\nnixl-libfabric\/bandwidth is 5 % lower\n• a &lt; b &amp; c\n/,
    );
    assert.equal(body.workflowId, 'nightly-p5');
    assert.deepEqual(body.comparison.regressed, ['nixl-libfabric/bandwidth']);
  });

  it('gets no outcome that the spec does not name', async () => {
    assert.deepEqual(await send('pass'), { sent: false });
    assert.deepEqual(bodies, []);
  });

  it('is retried when it is overloaded or unreachable, not when it refuses, and its address stays secret', async () => {
    const secret = (error: unknown) => {
      assert.doesNotMatch(JSON.stringify([(error as Error).message, String((error as Error).cause)]), /secret/);
      return true;
    };
    for (const [code, failureClass] of [
      [503, 'WebhookUnreachable'],
      [429, 'WebhookUnreachable'],
      [404, 'WebhookRefused'],
    ] as const) {
      status = code;
      await assert.rejects(
        send(),
        (error: unknown) => failureOfClass(failureClass, new RegExp(String(code)))(error) && secret(error),
      );
    }
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await assert.rejects(
      send(),
      (error: unknown) =>
        failureOfClass('WebhookUnreachable', /did not answer: it (?:refused|closed) the connection$/)(error) &&
        secret(error),
    );
    delete process.env[VARIABLE];
    await assert.rejects(
      send(),
      failureOfClass('WebhookRefused', /DYNAMO_BENCH_WEBHOOK_TEST of the worker is not set/),
    );
  });

  it('refuses a URL with a user, without https, or from another variable, and shows no part of it', async () => {
    const { port } = server.address() as AddressInfo;
    for (const [url, problem] of [
      ['postgres://user:x9Qa-secret@db:5432/results', /user or a password/],
      ['https://user:x9Qa-secret@example.com/hook', /user or a password/],
      [`http://user:x9Qa-secret@127.0.0.1:${port}/`, /user or a password/],
      ['http://example.com/x9Qa-secret', /not https/],
      ['ftp://example.com/x9Qa-secret', /not https/],
      ['x9Qa-secret', /valid URL/],
    ] as const) {
      process.env[VARIABLE] = url;
      await assert.rejects(send(), (error: unknown) => {
        assert.doesNotMatch(
          JSON.stringify(toApplicationFailure(error), ['message', 'stack', 'cause', 'details']),
          /x9Qa/,
        );
        return failureOfClass('WebhookRefused', problem)(error);
      });
    }
    assert.deepEqual(bodies, []);
    process.env.RESULTS_URL = 'https://example.com/x9Qa-secret';
    try {
      assert.throws(() => webhookUrl('RESULTS_URL'), failureOfClass('WebhookRefused', /DYNAMO_BENCH_WEBHOOK_/));
    } finally {
      delete process.env.RESULTS_URL;
    }
  });

  it('explains an error of the network without its own message, which can contain the URL', () => {
    const failed = (cause: unknown) => Object.assign(new TypeError('fetch failed'), { cause });
    assert.equal(
      fetchTrouble(failed({ code: 'ENOTFOUND', message: 'getaddrinfo x9Qa' })),
      'its host name does not resolve',
    );
    assert.equal(fetchTrouble(failed(new Error('bad x9Qa'))), 'the request failed');
    assert.equal(
      fetchTrouble(new TypeError('Request cannot be constructed from https://u:x9Qa@h')),
      'the request failed',
    );
    assert.equal(fetchTrouble(failed({ code: 'x9Qa' })), 'the request failed');
    assert.equal(fetchTrouble(failed({ code: 'ESOMETHING' })), 'ESOMETHING');
  });

  it('sends no secret of a reason', async () => {
    const reasons = [{ code: 'measured', message: 'exit code 1: PGPASSWORD=x9Qa-hunter2 psql' }] as const;
    await new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(notify, {
      run,
      webhook,
      notice: { ...notice, reasons },
    });
    assert.doesNotMatch(bodies.join(), /x9Qa/);
  });
});
