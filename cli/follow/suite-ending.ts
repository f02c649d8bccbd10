import {
  type Client,
  TerminatedFailure,
  TimeoutFailure,
  type WorkflowExecutionDescription,
  WorkflowFailedError,
} from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { SuiteResult } from '../../workflows/shared/messages.js';
import { EXIT, exitCodeOf } from '../options/exit-code.js';

/** How a suite run ended. */
export interface SuiteEnding {
  /** The suite's own word, or `failed`, `cancelled`, `terminated` or `timed out`. */
  readonly outcome: string;
  readonly exitCode: number;
  /** Of a suite that measured what it had to. */
  readonly result?: SuiteResult;
  /** Why it could not. */
  readonly failure?: { readonly class: string; readonly message: string; readonly hint: string };
}

/** The end of a run that is closed. */
export async function suiteEnding(
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

/** What is thrown is trouble of the infrastructure, except for a spec that is wrong and for a person who ends it. */
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
    failure: { class: failureClass, message: (cause as Error | undefined)?.message ?? 'unknown', hint },
  };
}
