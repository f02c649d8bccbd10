import { Runner, reporters } from 'mocha';

/** Mocha's `spec` reporter with one closing line in any language: `N passed, N failed`. */
export default class ClosingLine extends reporters.Spec {
  constructor(runner: Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes = 0, failures = 0, pending = 0 } = this.stats ?? {};
      // After the epilogue with the failures, which is printed at the same event.
      setImmediate(() =>
        console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}`),
      );
    });
  }
}
