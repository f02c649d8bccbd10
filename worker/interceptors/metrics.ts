import { type Context, log } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { ClaimResult } from '../../activities/run/claiming.js';
import { isFailureClass } from '../../suite/verdict/failure.js';
import { observeFailure, observeSuccess, type StepFailure } from '../metrics/activity-observers.js';
import type { NodeWaits } from '../metrics/node-waits.js';
import type { WorkerMetrics } from '../metrics/worker-metrics.js';

/** How one try of a step ended. */
type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };

/**
 * Creates an interceptor that measures every try of an activity. Put it before the interceptor that converts errors, so
 * that it sees failure classes. A fault of the measurement is logged, and does not fail the activity.
 */
export function metricsInterceptor(metrics: WorkerMetrics, waits: NodeWaits): ActivityInterceptorsFactory {
  return ({ info }) => {
    const measure = (work: () => void) => {
      try {
        work();
      } catch (error) {
        log.warn('cannot update the metrics', { error });
      }
    };
    return {
      inbound: {
        execute: async (input, next) => {
          const startedAt = performance.now();
          measure(() => beginClaim(info, waits));
          const outcome = await next(input).then(
            (value): Outcome => ({ ok: true, value }),
            (error: unknown): Outcome => ({ ok: false, error }),
          );
          const seconds = (performance.now() - startedAt) / 1000;
          measure(() => endClaim(info, waits, metrics, outcome));
          measure(() => observe(info.activityType, metrics, seconds, input.args[0], outcome));
          if (outcome.ok) return outcome.value;
          throw outcome.error;
        },
      },
    };
  };
}

function observe(step: string, metrics: WorkerMetrics, seconds: number, input: unknown, outcome: Outcome): void {
  const isCancelled = !outcome.ok && outcome.error instanceof CancelledFailure;
  const result = outcome.ok ? 'ok' : isCancelled ? 'cancelled' : 'failed';
  metrics.record('dynamo_bench_step_seconds', { step, result }, seconds);
  if (outcome.ok) observeSuccess(metrics, step, input, outcome.value);
  else if (!isCancelled) observeFailure(metrics, step, failureOf(outcome.error));
}

function failureOf(error: unknown): StepFailure {
  const { type = '', nonRetryable = false } = error instanceof ApplicationFailure ? error : {};
  return { class: type && isFailureClass(type) ? type : 'Internal', isFinal: nonRetryable === true };
}

type Info = Context['info'];

const CLAIM = 'claimNodes';

function beginClaim({ activityType, workflowExecution }: Info, waits: NodeWaits): void {
  // Not the run id: a workflow that waits may continue as new.
  if (activityType === CLAIM) waits.begin(workflowExecution?.workflowId ?? '');
}

function endClaim(
  { activityType, workflowExecution }: Info,
  waits: NodeWaits,
  metrics: WorkerMetrics,
  outcome: Outcome,
): void {
  if (activityType !== CLAIM) return;
  const held = outcome.ok && (outcome.value as ClaimResult).held;
  const seconds = waits.end(workflowExecution?.workflowId ?? '', held ? 'held' : 'open');
  if (seconds !== undefined) metrics.record('dynamo_bench_node_wait_seconds', {}, seconds);
}
