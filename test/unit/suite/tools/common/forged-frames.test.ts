import assert from 'node:assert/strict';
import { readRankLog } from '../../../../../suite/tools/common/log-lines.js';

const counters = (when: string, value: number, device = 'net/eth0') =>
  `@@dynamo-bench {"event":"counters","when":"${when}","device":"${device}","counters":{"rx_bytes":${value}}}`;
const BEGIN = '@@dynamo-bench {"event":"begin"}';
const END = '@@dynamo-bench {"event":"end","exitCode":0}';

describe('frames that a tool prints itself', () => {
  it('make a log mixed when the script prints the same counters, too', () => {
    const log = readRankLog(
      [BEGIN, counters('before', 1), counters('after', 9), 'row', counters('after', 2), END].join('\n'),
    );
    assert.equal(log.mixed, true);
    assert.equal(log.complete, false);
  });

  it('differ from the counters of several devices at two moments', () => {
    const devices = ['net/eth0', 'infiniband/a'];
    const lines = ['before', 'after'].flatMap((when) => devices.map((device) => counters(when, 1, device)));
    const log = readRankLog([BEGIN, ...lines, END].join('\n'));
    assert.equal(log.complete, true);
    assert.equal(log.counters.length, 4);
  });

  it('make a log incomplete when the script ends it, too', () => {
    assert.equal(readRankLog([BEGIN, END, 'row', END].join('\n')).complete, false);
    assert.equal(readRankLog([BEGIN, BEGIN, 'row', END].join('\n')).complete, false);
  });
});
