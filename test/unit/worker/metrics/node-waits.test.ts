import assert from 'node:assert/strict';
import { NodeWaits } from '../../../../worker/metrics/node-waits.js';

describe('the waits for nodes', () => {
  let time = 0;
  const now = () => time;
  beforeEach(() => {
    time = 1_000;
  });

  it('are 0 for a run that finds its nodes free', () => {
    const waits = new NodeWaits(now);
    waits.begin('run');
    time += 500;
    assert.equal(waits.end('run', 'held'), 0);
    assert.equal(waits.longest(), 0);
  });

  it('last from the first try to the one that succeeds, however many there are', () => {
    const waits = new NodeWaits(now);
    for (let tries = 0; tries < 3; tries++) {
      waits.begin('run');
      time += 5_000;
      assert.equal(waits.end('run', 'open'), undefined);
      time += 5_000;
    }
    assert.equal(waits.longest(), 30);
    waits.begin('run');
    time += 1_000;
    assert.equal(waits.end('run', 'held'), 31);
    assert.equal(waits.longest(), 0);
  });

  it('are separate for each run, and the longest counts', () => {
    const waits = new NodeWaits(now);
    for (const run of ['a', 'b']) {
      waits.begin(run);
      waits.end(run, 'open');
      time += 10_000;
    }
    assert.equal(waits.longest(), 20);
    waits.begin('a');
    assert.equal(waits.end('a', 'held'), 20);
    assert.equal(waits.longest(), 10);
  });

  it('end when a run does not try again, but not during a long try', () => {
    const waits = new NodeWaits(now);
    waits.begin('run');
    waits.end('run', 'open');
    waits.begin('run');
    time += 300_000;
    assert.equal(waits.longest(), 300);
    waits.end('run', 'open');
    time += 120_001;
    assert.equal(waits.longest(), 0);
  });
});
