import { condition, setHandler } from '@temporalio/workflow';
import { pauseSignal, resumeSignal } from './messages.js';

/** Pause state of the suite, for the workflow of a test. */
export class Pause {
  #paused: boolean;

  /**
   * Handles the pause and resume signals of the suite.
   *
   * @param what unit of which no further one starts during a pause: `cell`, `point`
   */
  constructor(paused: boolean, what: string) {
    this.#paused = paused;
    setHandler(pauseSignal, () => this.#set(true), { description: `start no further ${what}` });
    setHandler(resumeSignal, () => this.#set(false), { description: 'continue after a pause' });
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Waits until the suite is not paused. */
  async end(): Promise<void> {
    await condition(() => !this.#paused);
  }

  #set(paused: boolean): void {
    this.#paused = paused;
  }
}
