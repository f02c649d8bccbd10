import assert from 'node:assert/strict';
import { fitKvModel, type KvPrediction } from '../../../../suite/kv/kv-model.js';
import type { LengthTime } from '../../../../suite/kv/kv-model-of-run.js';
import { type LeftOutLength, leftOutLengths } from '../../../../suite/kv/left-out-lengths.js';
import { normal } from '../../../support/random.js';

const TRUTH = { start: 2e-3, post: 1.5e-6, rate: 12e9 };
/** Llama 3.1 8B in blocks of 16 tokens, one descriptor for each block and layer. */
const [BYTES_PER_TOKEN, DESCRIPTORS_PER_TOKEN] = [131_072, 2];
const [THREE, FOUR, FIVE] = [
  [512, 2048, 8192],
  [512, 1024, 4096, 8192],
  [512, 1024, 2048, 4096, 8192],
];
const TTFT = 0.5;

/** Times of some lengths with 1 % noise. */
function timesOf(lengths: readonly number[] = [], { seed = 1, posts = false } = {}): LengthTime[] {
  const noise = normal(seed);
  return lengths.map((tokens) => {
    const [descriptors, bytes] = [tokens * DESCRIPTORS_PER_TOKEN, tokens * BYTES_PER_TOKEN];
    const postSeconds = descriptors * TRUTH.post;
    const seconds = (TRUTH.start + postSeconds + bytes / TRUTH.rate) * (1 + 0.01 * noise());
    return { tokens, descriptors, bytes, seconds, ...(posts ? { postSeconds } : {}), timeToFirstToken: TTFT };
  });
}

const leftOut = (times: readonly LengthTime[]) => leftOutLengths({ times, model: fitKvModel(times) });

function predicted({ prediction }: LeftOutLength): Extract<KvPrediction, { status: 'predicted' }> {
  assert.ok(prediction.status === 'predicted', JSON.stringify(prediction));
  return prediction;
}

describe('prompt lengths that are predicted from the others', () => {
  for (const lengths of [THREE, FOUR, FIVE]) {
    for (const posts of [false, true]) {
      it(`are within 10 % with ${lengths?.length} lengths${posts ? ' and the post times of the engine' : ''}, and an extrapolation at either end`, () => {
        for (let seed = 1; seed <= 20; seed++) {
          const found = leftOut(timesOf(lengths, { seed, posts }));
          assert.deepEqual(
            found.map(({ tokens }) => tokens),
            lengths,
          );
          for (const one of found) {
            // The line through two points carries their noise far beyond them.
            const most = lengths === THREE && predicted(one).extrapolated ? 0.2 : 0.1;
            assert.ok(Math.abs(one.error ?? 1) < most, `seed ${seed}: ${JSON.stringify(one)}`);
          }
          assert.deepEqual(
            found.map((one) => predicted(one).extrapolated),
            lengths?.map((_, i) => i === 0 || i === lengths.length - 1),
          );
        }
      });
    }
  }

  it('have no interval with three lengths, because a line through two points has no degree of freedom', () => {
    const times = timesOf(THREE);
    const [a, , c] = times;
    const [, middle] = leftOut(times);
    assert.ok(a && c && middle);
    const { seconds, interval } = predicted(middle);
    assert.equal(interval, undefined);
    assert.ok(Math.abs(seconds - (a.seconds + ((c.seconds - a.seconds) * (2048 - 512)) / (8192 - 512))) < 1e-12);
  });

  for (const lengths of [FOUR, FIVE]) {
    it(`have 95 % intervals around the measured times with ${lengths?.length} lengths, nearly always`, () => {
      let [inside, all] = [0, 0];
      for (let seed = 1; seed <= 200; seed++) {
        for (const one of leftOut(timesOf(lengths, { seed }))) {
          const { interval } = predicted(one);
          assert.ok(interval);
          if (interval.low <= one.seconds && one.seconds <= interval.high) inside++;
          all++;
        }
      }
      // With one degree of freedom, the least spread of a fit makes intervals too wide rather than too narrow.
      assert.ok(inside / all > 0.93 && inside / all < (lengths === FOUR ? 1 : 0.98), String(inside / all));
    });
  }

  it('do not depend on their own time', () => {
    const times = timesOf(FIVE);
    const changed = times.map((time) => (time.tokens === 2048 ? { ...time, seconds: time.seconds * 1.3 } : time));
    const [before, after] = [leftOut(times)[2], leftOut(changed)[2]];
    assert.ok(before && after);
    assert.deepEqual(after.prediction, before.prediction);
    assert.ok(Math.abs((1 + (before.error ?? 0)) / (1 + (after.error ?? 0)) - 1.3) < 1e-9);
  });

  it('have both shares of the measured time to first token, and none without it', () => {
    const [one] = leftOut(timesOf(FIVE));
    assert.ok(one);
    assert.equal(one.measuredShare, one.seconds / TTFT);
    assert.equal(one.predictedShare, predicted(one).seconds / TTFT);
    const [without] = leftOut(timesOf(FIVE).map((time) => ({ ...time, timeToFirstToken: undefined })));
    assert.ok(without && without.error !== undefined);
    assert.equal(without.measuredShare, undefined);
    assert.equal(without.predictedShare, undefined);
  });

  describe('are not predicted', () => {
    const reasonOf = ({ prediction, ...one }: LeftOutLength) => {
      assert.ok(prediction.status === 'not predicted');
      assert.equal(one.error, undefined);
      assert.equal(one.predictedShare, undefined);
      return prediction.reason;
    };
    const [first, second, third] = timesOf(THREE);
    assert.ok(first && second && third);
    /** All three lengths follow from a model, so that each is tried. */
    const model = fitKvModel([first, second, third]);

    it('by a line that falls, or that is below 0 at the length', () => {
      const [, , falling] = leftOutLengths({ times: [{ ...first, seconds: 1 }, second, third], model });
      assert.ok(falling);
      assert.match(reasonOf(falling), /not above 0/);
      const [below] = leftOutLengths({ times: [first, { ...second, seconds: 1e-3 }, third], model });
      assert.ok(below);
      assert.match(reasonOf(below), /not above 0/);
    });

    it('by a line when the three lengths have different descriptors per byte', () => {
      const times = [first, { ...second, descriptors: second.descriptors * 2 }, third];
      for (const one of leftOutLengths({ times, model })) assert.match(reasonOf(one), /descriptors per byte/);
      const alike = times.map((time) => ({ ...time, descriptors: 64 }));
      for (const one of leftOutLengths({ times: alike, model })) predicted(one);
    });

    it('when no model follows from the others, with its reason', () => {
      const times = timesOf([4000, 4064, 4096, 65_536]);
      const found = leftOutLengths({ times, model });
      const [, , , longest] = found;
      assert.ok(longest);
      assert.match(reasonOf(longest), /measure a wider range/);
      assert.ok(longest.measuredShare);
    });

    it('when no model follows from all of them', () => {
      assert.deepEqual(leftOutLengths({ times: [first, second], model: fitKvModel([first, second]) }), []);
    });
  });
});
