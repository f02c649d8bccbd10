import assert from 'node:assert/strict';
import { LogThread } from '../../../../activities/evidence/log-thread.js';
import { type PackedText, TextPacker } from '../../../../results/records/evidence.js';
import { FAILURES } from '../../../../suite/verdict/failure.js';
import { failureOfClass } from '../../../support/failure-of-class.js';

const LIMITS = { megabytes: 192, seconds: 60, idleSeconds: 10 };
const FRAME = '@@dynamo-bench {"event":"libraries","files":["/lib/libucp.so.0"]}\n';

async function packed(text: string): Promise<PackedText> {
  const packer = new TextPacker();
  for await (const _ of packer.through([text]));
  return packer.end();
}

describe('the thread that parses logs', () => {
  const threads: LogThread[] = [];
  const threadOf = (limits: Partial<typeof LIMITS> = {}) => {
    const thread = new LogThread({ ...LIMITS, ...limits });
    threads.push(thread);
    return thread;
  };
  afterEach(() => Promise.all(threads.splice(0).map((thread) => thread.close())));
  const libraries = (thread: LogThread, text: string) =>
    thread.run('libraries', null, async () => [await packed(text)]);

  it('answers, also several requests at once', async () => {
    const thread = threadOf();
    const answers = await Promise.all([FRAME, '', FRAME].map((text) => libraries(thread, text)));
    assert.deepEqual(answers, [[{ file: '/lib/libucp.so.0' }], [], [{ file: '/lib/libucp.so.0' }]]);
  });

  it('fails for good when it needs more memory than it may have, and the next request works', async () => {
    const thread = threadOf({ megabytes: 24 });
    const many = Array.from({ length: 1_000_000 }, (_, i) => `line ${i} of a log without equal lines`).join('\n');
    await assert.rejects(
      libraries(thread, many),
      failureOfClass('LogUnreadable', /^the log of a rank could not be parsed: .*memory/),
    );
    assert.equal(FAILURES.LogUnreadable.retry, 'never');
    assert.equal((await libraries(thread, FRAME)).length, 1);
  });

  it('fails for good when it takes too long, also in the next thread', async () => {
    const thread = threadOf({ seconds: 0 });
    await assert.rejects(libraries(thread, FRAME), failureOfClass('LogUnreadable', /took longer than 0 s/));
    await assert.rejects(libraries(thread, FRAME), failureOfClass('LogUnreadable', /took longer than 0 s/));
  });

  it('passes on the failure of the store', async () => {
    const log = { ...(await packed(FRAME)), sha256: 'other' };
    await assert.rejects(
      threadOf().run('libraries', null, async () => [log]),
      failureOfClass('StoreCorrupt', /evidence other has changed/),
    );
  });
});
