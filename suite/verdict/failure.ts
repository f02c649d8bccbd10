import { CLUSTER_FAILURES } from './classes/cluster-failures.js';
import type { FailureKind, Retry } from './classes/failure-kind.js';
import { INFERENCE_FAILURES } from './classes/inference-failures.js';
import { POD_FAILURES } from './classes/pod-failures.js';
import { STORE_FAILURES } from './classes/store-failures.js';
import { SUITE_FAILURES } from './classes/suite-failures.js';
import { TEMPORAL_FAILURES } from './classes/temporal-failures.js';
import { TRANSPORT_FAILURES } from './classes/transport-failures.js';
import { safeText } from './safe-text.js';

/**
 * All failure classes, each with its retry and its hint. Never rename a class: its name is the `type` of the failure in
 * Temporal's history and in every record.
 */
export const FAILURES = {
  ...CLUSTER_FAILURES,
  ...POD_FAILURES,
  ...TRANSPORT_FAILURES,
  ...STORE_FAILURES,
  ...INFERENCE_FAILURES,
  ...SUITE_FAILURES,
  ...TEMPORAL_FAILURES,
} as const satisfies Record<string, FailureKind>;

export type FailureClass = keyof typeof FAILURES;

/** Narrows a name, such as the `type` of a failure in Temporal's history, to a failure class. */
export function isFailureClass(name: string): name is FailureClass {
  return Object.hasOwn(FAILURES, name);
}

/** A failure as a plain value, for records, reports and Temporal payloads. */
export interface FailureRecord {
  readonly class: FailureClass;
  /** What failed, and where. */
  readonly message: string;
  /** Remedy, starting with a verb. */
  readonly hint: string;
}

/** Builds a failure record, without secrets and with bounded texts. @param hint default: the hint of the class */
export function failureRecord(failureClass: FailureClass, message: string, hint?: string): FailureRecord {
  return { class: failureClass, message: safeText(message), hint: safeText(hint ?? FAILURES[failureClass].hint) };
}

/**
 * The only error type of the suite. It has a class that decides about the retry, a message and a hint for people, and
 * the cause. Message and hint are bounded and have no secrets, because Temporal and the result store keep them.
 */
export class SuiteFailure extends Error {
  override readonly name = 'SuiteFailure';
  readonly class: FailureClass;
  readonly hint: string;
  readonly details: readonly unknown[];

  /** @param options.hint default: the hint of the class */
  constructor(
    failureClass: FailureClass,
    message: string,
    options: { cause?: unknown; details?: readonly unknown[]; hint?: string } = {},
  ) {
    super(safeText(message), options.cause === undefined ? {} : { cause: options.cause });
    this.class = failureClass;
    this.hint = safeText(options.hint ?? FAILURES[failureClass].hint);
    this.details = options.details ?? [];
  }

  get retry(): Retry {
    return FAILURES[this.class].retry;
  }
}
