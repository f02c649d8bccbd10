import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { BUNDLE_PATH, TRACING_SWITCH } from '../../worker/bundle.js';
import { HISTORY_CASES } from '../support/history-cases.js';
import { historyNames, type JsonHistory, readRecorded, workflowIdOf } from '../support/recorded-histories.js';
import { installRuntime } from '../support/temporal.js';

function replay(history: JsonHistory): Promise<void> {
  return Worker.runReplayHistory({ workflowBundle: { codePath: BUNDLE_PATH } }, history, workflowIdOf(history));
}

interface Input {
  readonly tests?: readonly object[];
  readonly written?: readonly object[];
}

/** Returns a recorded history whose workflow has another input. */
function withInput(name: string, change: (input: Input) => object): JsonHistory {
  const history = structuredClone(readRecorded(name));
  const [first = {}] = history.events;
  const { input } = first.workflowExecutionStartedEventAttributes as { input: { payloads: [{ data: string }] } };
  const [payload] = input.payloads;
  const changed = change(JSON.parse(Buffer.from(payload.data, 'base64').toString()));
  payload.data = Buffer.from(JSON.stringify(changed)).toString('base64');
  return history;
}

describe('a recorded history replays with the current code', () => {
  before(installRuntime);

  for (const name of historyNames()) it(name, () => replay(readRecorded(name)));

  it('and there is one of every case', () => {
    const recorded = new Set(historyNames());
    const missing = Object.keys(HISTORY_CASES).flatMap((name) =>
      [
        `benchmarkSuite/${name}`,
        `transportTest/${name}`,
        ...(name.startsWith('inference') ? [`inferenceTest/${name}`] : []),
      ].filter((file) => !recorded.has(file)),
    );
    assert.deepEqual(missing, [], 'run `npm run histories`');
  });
});

describe('a recorded history replays while the worker exports traces', () => {
  before(installRuntime);

  for (const name of historyNames().filter((name) =>
    /\/(cancel|interleaved-adaptive|inference|continue-as-new)$/.test(name),
  )) {
    it(name, async () => {
      const code = TRACING_SWITCH + (await readFile(BUNDLE_PATH, 'utf8'));
      const history = readRecorded(name);
      const sinks = { spans: { end: { fn: () => undefined } } };
      await Worker.runReplayHistory({ workflowBundle: { code }, sinks }, history, workflowIdOf(history));
    });
  }
});

describe('a suite run of an earlier version replays', () => {
  before(installRuntime);

  const token = `hf_${'aB3dE5gH7jK9'.repeat(3)}`;
  const changes: Readonly<Record<string, (spec: Input) => object>> = {
    'a secret in clear': (spec) => ({ ...spec, env: { HF_TOKEN: token } }),
    'a variable of the suite itself': (spec) => ({ ...spec, env: { DYNAMO_BENCH_COUNTERS: 'x' } }),
    'a long description': (spec) => ({ ...spec, description: 'x'.repeat(5000) }),
    'an image with another grammar': (spec) => ({ ...spec, cluster: { image: 'Registry/Bench:1' } }),
    'a secret in a matrix': (spec) => ({
      ...spec,
      tests: spec.tests?.map((test) => ({ ...test, matrix: { 'env.HF_TOKEN': [token] } })),
    }),
  };

  for (const [what, change] of Object.entries(changes)) {
    it(`whose spec has ${what}, which new runs refuse`, () => replay(withInput('benchmarkSuite/success', change)));
  }

  it('whose test has a secret in clear', () =>
    replay(
      withInput('transportTest/success', (input) => ({
        ...input,
        written: input.written?.map((test) => ({ ...test, env: { HF_TOKEN: token } })),
      })),
    ));
});

describe('the replay of a history', () => {
  before(installRuntime);

  it('fails when the code does another activity than the history has', async () => {
    const text = JSON.stringify(readRecorded('transportTest/success'));
    const changed = text.replaceAll('"name":"wipeEtcd"', '"name":"wipeDisk"');
    assert.notEqual(changed, text);
    await assert.rejects(replay(JSON.parse(changed)), DeterminismViolationError);
  });

  it('fails when the code continues as new and the history has ended', async () => {
    const { events } = readRecorded('transportTest/continue-as-new');
    const last = events.at(-1);
    assert.ok(last && 'workflowExecutionContinuedAsNewEventAttributes' in last);
    const completed = {
      ...Object.fromEntries(Object.entries(last).filter(([key]) => !key.endsWith('Attributes'))),
      eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED',
      workflowExecutionCompletedEventAttributes: {
        workflowTaskCompletedEventId: (
          last.workflowExecutionContinuedAsNewEventAttributes as { workflowTaskCompletedEventId: string }
        ).workflowTaskCompletedEventId,
      },
    };
    await assert.rejects(replay({ events: [...events.slice(0, -1), completed] }), DeterminismViolationError);
  });
});

it('a recorded history says nothing of the machine that recorded it', () => {
  for (const name of historyNames()) {
    assert.doesNotMatch(JSON.stringify(readRecorded(name)), /"(identity|stackTrace)"|"name":"\d+@/, name);
  }
});
