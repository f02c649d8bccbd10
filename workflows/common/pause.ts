import { condition, setHandler } from '@temporalio/workflow';
import { pauseSignal, resumeSignal } from './messages.js';

/** Pause state of the suite in the workflow of a test. */
export class Pause {
  #paused: boolean;

  /**
   * Listens to the signals of the suite.
   *
   * @param what the unit that does not start while the suite is paused: `cell`, `point`
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
