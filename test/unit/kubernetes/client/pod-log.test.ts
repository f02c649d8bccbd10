import assert from 'node:assert/strict';
import { LOG_LIMITS } from '../../../../kubernetes/client/log-limits.js';
import { type PodLog, readPodLog } from '../../../../kubernetes/client/pod-log.js';
import { LogServer, type MadeLog } from '../../../support/log-server.js';

const LINE = 'x'.repeat(99);
const WHOLE = LOG_LIMITS.first + LOG_LIMITS.last;

const textOf = (pieces: readonly Uint8Array[] = []) => Buffer.concat(pieces).toString();

describe('the log of a pod', () => {
  let server: LogServer | undefined;
  afterEach(() => server?.close());

  async function read(log: MadeLog, honest = true): Promise<PodLog> {
    server = new LogServer(log, honest);
    const cluster = await server.cluster();
    return cluster.podLog('n', 'p', 'rank');
  }

  it('is whole up to the limit, byte for byte, with one request', async () => {
    const times = Math.floor((WHOLE - 20) / 100);
    const { first, last } = await read({ begin: 'b\u00e9gin\n', line: LINE, times, end: 'end\n' });
    assert.equal(last, undefined);
    assert.ok(textOf(first) === `b\u00e9gin\n${`${LINE}\n`.repeat(times)}end\n`);
    assert.equal(server?.queries.length, 1);
  });

  for (const honest of [true, false]) {
    it(`has its beginning and its end when it is longer${honest ? '' : ', also from a server without limits'}`, async () => {
      const { first, last } = await read({ begin: 'begin\n', line: LINE, times: 400_000, end: 'end\n' }, honest);
      const [head, tail] = [textOf(first), textOf(last)];
      assert.match(head.slice(0, 10), /^begin\nx/);
      assert.ok(head.endsWith(`\n${LINE}\n`), 'the beginning ends with a whole line');
      assert.ok(head.length <= LOG_LIMITS.first);
      assert.ok(tail.startsWith(`${LINE}\n`), 'the end begins with a whole line');
      assert.ok(tail.endsWith(`${LINE}\nend\n`));
      assert.ok(tail.length <= LOG_LIMITS.last);
    });
  }

  it('is not read as a whole when it is long', async () => {
    await read({ line: LINE, times: 2_000_000 });
    assert.ok((server?.sent ?? 0) < 2 * WHOLE, `${server?.sent} bytes sent`);
  });

  it('of one line without end is cut in the middle of it', async () => {
    const line = Buffer.from('y'.repeat(50));
    const { first, last } = await readPodLog(
      async (_, sink) => {
        const open = sink();
        for (let i = 0; i < 100 && open.write(line); i++);
      },
      { first: 120, last: 200, lastLines: 10 },
    );
    assert.deepEqual([textOf(first).length, textOf(last).length], [120, 200]);
  });

  it('is glanced at by its last lines, up to a limit', async () => {
    server = new LogServer({ line: LINE, times: 1000, end: 'end\n' });
    const cluster = await server.cluster();
    assert.ok((await cluster.lastLogLines('n', 'p', 'rank', 20)).endsWith('\nend\n'));
    assert.equal(server.queries[0]?.tailLines, '20');
    assert.ok(Number(server.queries[0]?.limitBytes) > 0);
  });
});
