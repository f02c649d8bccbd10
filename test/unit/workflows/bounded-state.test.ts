import assert from 'node:assert/strict';
import type { CellSummary } from '../../../activities/cells/cell-summary.js';
import { parseSuite } from '../../../suite/plan/check-suite.js';
import { blocksOf } from '../../../suite/plan/plan.js';
import { failureRecord } from '../../../suite/verdict/failure.js';
import { restoreSuite, saveSuite } from '../../../workflows/suite/continuation.js';
import { SuiteState } from '../../../workflows/suite/suite-state.js';
import { markDone } from '../../../workflows/suite/test-state.js';
import { BlockProgress } from '../../../workflows/transport/block-progress.js';
import { MOST_PAYLOAD_BYTES } from '../../support/payloads.js';

const LF = { tool: 'nixlbench', backend: 'LIBFABRIC' };
const RUN = { workflowId: 'w', runId: 'r', key: 'k', namespace: 'n', leaseNamespace: 'n', retryFor: 60 };
const LONG = failureRecord('PeerLost', 'x'.repeat(400));
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value));

/** A recorded cell; every one of them failed when `failed`. */
const cellOf = (test: string, repetition: number, failed: boolean): CellSummary => ({
  key: 'f'.repeat(64),
  test,
  repetition,
  warmUp: false,
  seconds: 61.234,
  takenOver: false,
  ...(failed
    ? { verdict: 'fail', failure: LONG }
    : { verdict: 'pass', measurement: { metric: 'bandwidth', value: 40e9 + 1e10 * Math.sin(repetition * 12.9898) } }),
});

describe('the state of a block that a workflow run passes to the next', () => {
  const SHAPES: Readonly<Record<string, object>> = {
    'one test of 2,000 repetitions': { tests: [{ ...LF, name: 'lf', repetitions: 2000 }] },
    'an adaptive test, of which every figure is passed on': {
      tests: [{ ...LF, name: 'lf', adaptive: { maxRepetitions: 300, precision: 1e-9, timeBudget: '1000h' } }],
    },
    'a matrix of 200 variants': {
      tests: [
        { ...LF, name: 'lf', repetitions: 10, matrix: { numIter: Array.from({ length: 200 }, (_, i) => i + 1) } },
      ],
    },
    '2,000 interleaved tests': {
      interleave: true,
      tests: Array.from({ length: 2000 }, (_, i) => ({ ...LF, name: `a-test-of-many-${i + 1}` })),
    },
  };
  for (const [shape, fields] of Object.entries(SHAPES)) {
    for (const failed of [false, true]) {
      it(`is small for ${shape}${failed ? ' that all failed' : ''}, and continues where it was`, () => {
        const [block] = blocksOf(parseSuite({ name: 's', ...fields }));
        assert.ok(block);
        const progress = new BlockProgress(block);
        let cells = 0;
        let largest = 0;
        for (let cell = progress.next; cell; cell = progress.next) {
          progress.add(cellOf(cell.test.name, cell.repetition, failed));
          if (++cells % 100 === 0) largest = Math.max(largest, bytes(progress.state()), bytes(progress.tallies()));
        }
        assert.ok(cells >= 300, `${cells} cells`);
        assert.ok(largest < MOST_PAYLOAD_BYTES, `${largest} bytes`);
        const resumed = new BlockProgress(block, copyOf(progress.state()), copyOf(progress.tallies()));
        assert.equal(resumed.next, undefined);
        assert.deepEqual(resumed.summaries(), progress.summaries());
      });
    }
  }

  it('keeps the message of the first failures only, and the class of all', () => {
    const tests = Array.from({ length: 2000 }, (_, i) => ({ ...LF, name: `t${i + 1}` }));
    const [block] = blocksOf(parseSuite({ name: 's', interleave: true, tests }));
    assert.ok(block);
    const progress = new BlockProgress(block);
    for (let cell = progress.next; cell; cell = progress.next) progress.add(cellOf(cell.test.name, 1, true));
    const state = progress.state();
    assert.ok(bytes(state) < MOST_PAYLOAD_BYTES, `${bytes(state)} bytes`);
    assert.equal(state.tests.filter(({ failure }) => failure).length, 10);
    assert.equal(state.tests.filter(({ failureClass }) => failureClass === LONG.class).length, 2000);
  });
});

describe('the state of a suite that a workflow run passes to the next', () => {
  const written = {
    name: 's',
    tests: Array.from({ length: 2000 }, (_, i) => ({ ...LF, name: `a-test-of-many-${i + 1}` })),
  };
  const spec = parseSuite(written);

  for (const failure of [undefined, LONG]) {
    it(`is small for 2,000 tests${failure ? ' that failed' : ''}, and restores them`, () => {
      const state = new SuiteState(spec, written, RUN);
      for (const test of state.tests) {
        const verdicts = failure ? [] : (['pass'] as const);
        const summary = {
          test: test.test.name,
          done: 1,
          verdicts,
          figures: ['46.48 GB/s'],
          took: [61.234],
        } as const;
        markDone(test, summary, failure);
      }
      const saved = copyOf(saveSuite(state, { run: RUN, ready: undefined, waitingSince: undefined }));
      assert.ok(bytes(saved) < MOST_PAYLOAD_BYTES, `${bytes(saved)} bytes`);
      const restored = new SuiteState(spec, written, RUN, saved.startedAt);
      restoreSuite(restored, saved);
      assert.deepEqual(
        restored.tests.map(({ status, verdict, done, interrupted, failure: of }) => [
          status,
          verdict,
          done,
          interrupted,
          of?.class,
        ]),
        state.tests.map(({ status, verdict, done, interrupted, failure: of }) => [
          status,
          verdict,
          done,
          interrupted,
          of?.class,
        ]),
      );
      assert.deepEqual(restored.progress().remaining, { ...state.progress().remaining });
      assert.deepEqual(
        restored.tests.map(({ took }) => took),
        state.tests.map(({ took }) => (failure ? undefined : took)),
      );
      assert.deepEqual(restored.verdict(), state.verdict());
      assert.ok(bytes(restored.verdict().reasons) < 10_000, 'the reasons name some tests and count the others');
    });
  }
});
