import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Headers } from '@temporalio/common';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { TRACING_INTERCEPTORS_PATH, TRACING_SWITCH } from '../../worker/bundle.js';
import type { EndedSpan } from '../../workflows/common/spans.js';
import { contextOf } from '../../workflows/common/trace-context.js';
import { temporal } from '../support/temporal.js';

type History = Awaited<ReturnType<Awaited<ReturnType<typeof run>>['fetchHistory']>>;

/** Runs the workflow, and returns its spans and the parents that its activities were given. */
async function run(code: string, spans: EndedSpan[], parents: Map<string, string | undefined>) {
  const { address, client } = await temporal();
  const connection = await NativeConnection.connect({ address });
  const taskQueue = `queue-${randomUUID()}`;
  try {
    const worker = await Worker.create({
      connection,
      taskQueue,
      workflowBundle: { code },
      activities: { measure: async () => undefined },
      sinks: { spans: { end: { fn: (_: unknown, span: EndedSpan) => void spans.push(span) } } },
      interceptors: {
        activity: [
          () => ({
            inbound: {
              execute: (input, next) => {
                parents.set(String(input.args[0]), contextOf(input.headers as Headers)?.spanId);
                return next(input);
              },
            },
          }),
        ],
      },
    });
    const handle = await client.workflow.start('cells', { taskQueue, workflowId: `spans-${randomUUID()}` });
    await worker.runUntil(handle.result());
    return handle;
  } finally {
    await connection.close();
  }
}

describe('the spans of a workflow', () => {
  let code = '';
  let history: History;
  let runId = '';
  const spans: EndedSpan[] = [];
  const parents = new Map<string, string | undefined>();

  before(async () => {
    ({ code } = await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('../support/workflows/spans.js', import.meta.url)),
      workflowInterceptorModules: [TRACING_INTERCEPTORS_PATH],
      logger: new DefaultLogger('ERROR'),
    }));
    const handle = await run(TRACING_SWITCH + code, spans, parents);
    history = await handle.fetchHistory();
    runId = handle.firstExecutionRunId;
  });

  const named = (name: string) => spans.filter((span) => span.name === name);

  it('form a tree whose trace has the id of the run', () => {
    const [root] = named('cells');
    const [first] = named('cell').filter(({ attributes }) => attributes.repetition === 1);
    const [attempt] = named('attempt');
    assert.deepEqual(
      named('cell').map(({ parent }) => parent?.spanId),
      [root?.spanId, root?.spanId],
    );
    assert.equal(attempt?.parent?.spanId, first?.spanId);
    assert.deepEqual([...new Set(spans.map(({ traceId }) => traceId))], [runId.replaceAll('-', '')]);
    assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, 4);
    assert.deepEqual([root?.parent, root?.attributes.runId], [undefined, runId]);
  });

  it('are the parents of the activities that they start', () => {
    assert.deepEqual(
      [parents.get('in attempt 1'), parents.get('outside')],
      [named('attempt')[0]?.spanId, named('cells')[0]?.spanId],
    );
  });

  it('have the error of the work that failed', () => {
    assert.deepEqual(
      named('cell')
        .map(({ error }) => error)
        .sort(),
      ['no figure', undefined],
    );
    assert.equal(named('cells')[0]?.error, undefined);
  });

  it('do not exist when the worker exports no traces, and the history replays either way', async () => {
    const [none, untraced]: [EndedSpan[], Map<string, string | undefined>] = [[], new Map()];
    const without = await (await run(code, none, untraced)).fetchHistory();
    assert.deepEqual([none, untraced.get('outside')], [[], undefined]);
    await Worker.runReplayHistory({ workflowBundle: { code } }, history);
    const sinks = { spans: { end: { fn: () => undefined } } };
    await Worker.runReplayHistory({ workflowBundle: { code: TRACING_SWITCH + code }, sinks }, without);
  });
});
