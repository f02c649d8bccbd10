import assert from 'node:assert/strict';
import {
  type FittedKvModel,
  fitKvModel,
  type KvModel,
  type KvPoint,
  predictKvSeconds,
} from '../../../../suite/kv/kv-model.js';
import { normal } from '../../../support/random.js';

/** 32 layers of 4 KiB for each token, as Llama 3.1 8B has without tensor parallelism. */
const LAYERS = 32;
const BYTES_PER_TOKEN = 131_072;
const TRUTH = { start: 2e-3, post: 1.5e-6, rate: 12e9 };

/** Makes the transfer of a prompt in blocks of some tokens, one descriptor for each block and layer. */
function transfer(tokens: number, blockTokens: number): Pick<KvPoint, 'descriptors' | 'bytes'> {
  const blocks = Math.ceil(tokens / blockTokens);
  return { descriptors: blocks * LAYERS, bytes: blocks * blockTokens * BYTES_PER_TOKEN };
}

function point(tokens: number, blockTokens: number, noise: () => number, spread = 0.01): KvPoint {
  const { descriptors, bytes } = transfer(tokens, blockTokens);
  return { descriptors, bytes, seconds: seconds({ descriptors, bytes }) * (1 + spread * noise()) };
}

function seconds({ descriptors, bytes }: Pick<KvPoint, 'descriptors' | 'bytes'>): number {
  return TRUTH.start + descriptors * TRUTH.post + bytes / TRUTH.rate;
}

const LENGTHS = [128, 256, 512, 1024, 2048, 4096, 8192];

function fitted(model: KvModel): FittedKvModel {
  assert.equal(model.status, 'fitted', JSON.stringify(model));
  return model as FittedKvModel;
}

function codeOf(model: KvModel): string {
  return model.status === 'not fitted' ? model.code : model.form;
}

const share = (value: number | undefined, truth: number) => Math.abs((value ?? Number.NaN) / truth - 1);

describe('the model of KV transfers', () => {
  const severalBlocks = (seed: number, repetitions = 5) => {
    const noise = normal(seed);
    return Array.from({ length: repetitions }, () =>
      LENGTHS.flatMap((tokens) => [4, 16, 64].map((block) => point(tokens, block, noise))),
    ).flat();
  };

  it('finds a simulated cost of a descriptor within 3 % from transfers in several block sizes', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const model = fitted(fitKvModel(severalBlocks(seed)));
      assert.equal(model.form, 'separate');
      assert.ok(share(model.post?.value, TRUTH.post) < 0.03, `seed ${seed}: ${model.post?.value}`);
      assert.ok(share(1 / model.perByte.value, TRUTH.rate) < 0.03);
      assert.ok(share(model.start.value, TRUTH.start) < 0.05);
      assert.ok(model.residualDeviation < 0.01, String(model.residualDeviation));
    }
  });

  it('has 95 % intervals around the true costs, nearly always', () => {
    let inside = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const { post } = fitted(fitKvModel(severalBlocks(seed, 1)));
      if (post && post.low <= TRUTH.post && TRUTH.post <= post.high) inside++;
    }
    assert.ok(inside >= 182 && inside <= 198, String(inside));
  });

  it('takes the post times of the engine when one block size leaves descriptors proportional to bytes', () => {
    const noise = normal(3);
    const points = LENGTHS.map((tokens) => {
      const one = point(tokens, 16, noise);
      return { ...one, postSeconds: one.descriptors * TRUTH.post * (1 + 0.01 * noise()) };
    });
    const model = fitted(fitKvModel(points));
    assert.equal(model.form, 'measured-post');
    assert.ok(share(model.post?.value, TRUTH.post) < 0.03);
    assert.ok(share(1 / model.perByte.value, TRUTH.rate) < 0.03);
    const prediction = predictKvSeconds(model, transfer(3000, 64));
    assert.ok(prediction.status === 'predicted' && share(prediction.seconds, seconds(transfer(3000, 64))) < 0.05);
  });

  it('joins post and rate when one block size is all there is, and predicts only that one', () => {
    const noise = normal(4);
    const points = LENGTHS.filter((tokens) => tokens !== 2048).map((tokens) => point(tokens, 16, noise));
    const model = fitted(fitKvModel(points));
    assert.equal(model.form, 'cost-per-byte');
    assert.equal(model.post, undefined);
    assert.ok(share(model.perByte.value, 1 / TRUTH.rate + (TRUTH.post * LAYERS) / (16 * BYTES_PER_TOKEN)) < 0.03);
    const unseen = transfer(2048, 16);
    const prediction = predictKvSeconds(model, unseen);
    assert.ok(prediction.status === 'predicted' && !prediction.extrapolated);
    assert.ok(share(prediction.seconds, seconds(unseen)) < 0.1);
    assert.ok(
      prediction.interval && prediction.interval.low < seconds(unseen) && seconds(unseen) < prediction.interval.high,
    );
    assert.equal(predictKvSeconds(model, transfer(2048, 64)).status, 'not predicted');
    const longer = predictKvSeconds(model, transfer(16_384, 16));
    assert.ok(longer.status === 'predicted' && longer.extrapolated);
  });

  it('does not take post times that contain the bytes, as over TCP', () => {
    const noise = normal(5);
    const points = LENGTHS.map((tokens) => {
      const one = point(tokens, 16, noise);
      return { ...one, postSeconds: one.seconds - 2e-6 };
    });
    assert.equal(codeOf(fitKvModel(points)), 'cost-per-byte');
  });

  it('joins start and post when all points have the same number of descriptors, and predicts only that number', () => {
    const noise = normal(6);
    const sizes = [1, 4, 16, 64, 256].map((mib) => mib * 2 ** 20);
    const points = sizes.map((bytes) => ({
      descriptors: 64,
      bytes,
      seconds: seconds({ descriptors: 64, bytes }) * (1 + 0.01 * noise()),
    }));
    const model = fitted(fitKvModel(points));
    assert.equal(model.form, 'one-count');
    assert.equal(model.post, undefined);
    assert.ok(share(model.start.value, TRUTH.start + 64 * TRUTH.post) < 0.03);
    assert.equal(predictKvSeconds(model, { descriptors: 64, bytes: 2 ** 23 }).status, 'predicted');
    assert.equal(predictKvSeconds(model, { descriptors: 1, bytes: 2 ** 23 }).status, 'not predicted');
  });

  it('names the point that it explains least, and the deviation of all residuals', () => {
    const points = severalBlocks(8, 1).map((one, i) => (i === 4 ? { ...one, seconds: one.seconds * 1.2 } : one));
    const model = fitted(fitKvModel(points));
    assert.equal(model.largestResidual.bytes, points[4]?.bytes);
    assert.ok(model.largestResidual.share > 0.1);
    assert.ok(model.residualDeviation > 0.03);
    assert.ok((model.leftOutError ?? 0) > 0.1 && (model.leftOutError ?? 1) < 0.3);
  });

  it('counts repetitions as their median, so that a slow transfer and their number change nothing', () => {
    const points = LENGTHS.map((tokens) => point(tokens, 16, () => 0));
    const model = fitted(fitKvModel(points));
    const slow = points.map((one) => ({ ...one, seconds: one.seconds * 10 }));
    assert.deepEqual(fitKvModel([...points, ...points, ...slow]), model);
  });

  it('is 0 with an upper limit where a cost is negative only within its interval', () => {
    const noise = normal(2);
    const models = Array.from({ length: 20 }, () =>
      fitKvModel(
        LENGTHS.map((tokens) => {
          const { descriptors, bytes } = transfer(tokens, 16);
          return { descriptors, bytes, seconds: (bytes / TRUTH.rate) * (1 + 0.03 * noise()) };
        }),
      ),
    );
    for (const { start } of models.map(fitted)) assert.ok(start.value >= 0 && start.low >= 0);
    const zero = models.map(fitted).find(({ start }) => start.value === 0);
    assert.ok(zero && zero.start.low === 0 && zero.start.high > 0);
  });

  it('has intervals of the resolution of times without noise, and then a start of 0 is not negative', () => {
    const points = LENGTHS.map((tokens) => {
      const { descriptors, bytes } = transfer(tokens, 16);
      return { descriptors, bytes, seconds: bytes / TRUTH.rate };
    });
    const { start, perByte } = fitted(fitKvModel(points));
    assert.ok(start.value < 1e-12 && start.high > 1e-6);
    assert.ok(perByte.low < 1 / TRUTH.rate && 1 / TRUTH.rate < perByte.high);
  });

  describe('is not fitted', () => {
    const exact = (tokens: number, block = 16) => point(tokens, block, () => 0);

    it('to fewer than three lengths', () => {
      assert.equal(codeOf(fitKvModel([exact(128), exact(128), exact(4096)])), 'too-few-points');
      assert.equal(codeOf(fitKvModel([])), 'too-few-points');
    });

    it('to three points in several block sizes', () => {
      assert.equal(codeOf(fitKvModel([exact(128), exact(1024, 64), exact(4096, 32)])), 'too-few-points');
    });

    it('to lengths that are too similar', () => {
      const noise = normal(9);
      const points = [4000, 4032, 4064, 4096].map((tokens) => point(tokens, 16, noise));
      assert.equal(codeOf(fitKvModel(points)), 'not-separable');
    });

    it('with a clearly negative cost', () => {
      const points = [1, 2, 3, 4, 5].map((n) => ({ descriptors: n, bytes: n * 1e6, seconds: n ** 1.3 * 1e-3 }));
      assert.equal(codeOf(fitKvModel(points)), 'negative');
    });

    it('to times that do not increase with the bytes', () => {
      const times = [1.02, 0.99, 1.01, 0.98, 1];
      const points = times.map((time, i) => ({ descriptors: 2 ** i, bytes: 2 ** i * 1e6, seconds: time }));
      assert.equal(codeOf(fitKvModel(points)), 'no-rate');
    });

    it('when the residual deviation is above a quarter', () => {
      const times = [1, 4, 3, 20, 15, 90, 60];
      const points = times.map((time, i) => ({ descriptors: 2 ** i, bytes: 2 ** i * 1e6, seconds: time }));
      assert.equal(codeOf(fitKvModel(points)), 'misfit');
    });

    it('to a point that is not positive', () => {
      assert.equal(codeOf(fitKvModel([exact(128), { ...exact(256), seconds: 0 }, exact(512)])), 'invalid-point');
    });

    it('and predicts nothing then', () => {
      const prediction = predictKvSeconds(fitKvModel([]), { descriptors: 1, bytes: 1 });
      assert.ok(prediction.status === 'not predicted' && prediction.reason.includes('prompt lengths'));
    });
  });
});
