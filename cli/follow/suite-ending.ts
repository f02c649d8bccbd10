import {
  type Client,
  TerminatedFailure,
  TimeoutFailure,
  type WorkflowExecutionDescription,
  WorkflowFailedError,
} from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { SuiteResult } from '../../workflows/common/messages.js';
import { EXIT, exitCodeOf } from '../options/exit-code.js';

/** How a suite run ended. */
export interface SuiteEnding {
  /** The outcome that the suite returned, or `failed`, `cancelled`, `terminated` or `timed out`. */
  readonly outcome: string;
  readonly exitCode: number;
  /** Set when the suite completed. */
  readonly result?: SuiteResult;
  /** Set when the suite did not complete. */
  readonly failure?: { readonly class: string; readonly message: string; readonly hint: string };
}

/** Fetches the result of a closed run. */
export async function fetchSuiteEnding(
  client: Client,
  { workflowId, runId }: Pick<WorkflowExecutionDescription, 'workflowId' | 'runId'>,
): Promise<SuiteEnding> {
  try {
    const result: SuiteResult = await client.workflow.result(workflowId, runId, { followRuns: false });
    return { outcome: result.outcome, exitCode: exitCodeOf(result.outcome), result };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return endingOfFailure(error.cause);
  }
}

/** Classifies the failure of a run: infrastructure, unless the spec is invalid or a person cancelled the run. */
export function endingOfFailure(cause: unknown): SuiteEnding {
  if (cause instanceof CancelledFailure) return { outcome: 'cancelled', exitCode: EXIT.inconclusive };
  if (cause instanceof TerminatedFailure) return { outcome: 'terminated', exitCode: EXIT.infrastructure };
  if (cause instanceof TimeoutFailure) return { outcome: 'timed out', exitCode: EXIT.infrastructure };
  const failure = cause instanceof ApplicationFailure ? cause : undefined;
  const failureClass = failure?.type ?? 'Internal';
  const hint = (failure?.details?.[0] as { hint?: string } | undefined)?.hint ?? '';
  return {
    outcome: 'failed',
    exitCode: failureClass === 'InvalidSpec' ? EXIT.wrongUse : EXIT.infrastructure,
    failure: {
      class: failureClass,
      message: (cause as Error | undefined)?.message ?? 'the workflow failed without a message',
      hint,
    },
  };
}
