import type { Problem } from '../../suite/run/cluster-facts.js';
import { failureOf } from '../common/failures.js';

/** Collects the problems of set-up, so that the user sees all of them at once. */
export class SetUpProblems {
  readonly list: Problem[] = [];

  add(...problems: readonly Problem[]): void {
    this.list.push(...problems);
  }

  /**
   * Runs a step and adds its failure as a problem.
   *
   * @param subject names the step in the problem: `etcd`, `nodes`, …
   * @returns the step's result, or undefined after a failure
   * @throws the error itself when it is a cancellation or a bug, or when the worker does not allow the spec
   */
  async attempt<T>(subject: string, step: () => Promise<T>): Promise<T | undefined> {
    try {
      return await step();
    } catch (error) {
      const { class: failureClass, message, hint } = failureOf(error);
      if (failureClass === 'NotAllowed') throw error;
      this.add({ subject, message: `${failureClass}: ${message}`, hint });
      return undefined;
    }
  }
}
