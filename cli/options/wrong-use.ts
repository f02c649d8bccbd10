/** Reports a request that cannot be met as given: exit code 2, with a hint about the remedy. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
  readonly hint: string;

  constructor(message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.hint = hint;
  }
}
