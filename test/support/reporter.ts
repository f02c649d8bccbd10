import { writeFileSync } from 'node:fs';
import { type Hook, Runner, reporters, type Test } from 'mocha';

const SLOWEST = 10;

/** How long one test or hook took. */
interface Timed {
  readonly title: string;
  readonly seconds: number;
}

/**
 * Mocha's `spec` reporter with the slowest ten tests and hooks and one closing line in any language:
 * `N passed, N failed`. The file that `TEST_SUMMARY` names gets both as JSON, for the run of several lanes.
 */
export default class ClosingLine extends reporters.Spec {
  readonly #timed: Timed[] = [];

  constructor(runner: Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_HOOK_END, EVENT_RUN_END } = Runner.constants;
    for (const event of [EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_HOOK_END]) {
      runner.on(event, (done: Test | Hook) => this.#note(done));
    }
    // After the epilogue with the failures, which is printed at the same event.
    runner.once(EVENT_RUN_END, () => setImmediate(() => this.#close()));
  }

  #note(done: Test | Hook): void {
    this.#timed.push({ title: done.fullTitle(), seconds: (done.duration ?? 0) / 1000 });
  }

  #close(): void {
    const slowest = this.#timed.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
    console.log(`the slowest ${slowest.length} tests and hooks, in seconds:`);
    for (const { title, seconds } of slowest) console.log(`${seconds.toFixed(1).padStart(8)}  ${title}`);
    const { passes: passed = 0, failures: failed = 0, pending: skipped = 0 } = this.stats ?? {};
    const file = process.env.TEST_SUMMARY;
    if (file) writeFileSync(file, JSON.stringify({ passed, failed, skipped, slowest }));
    console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  }
}
