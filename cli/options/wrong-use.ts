/** What was asked for cannot be: exit code 2, with words on what can. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
  readonly hint: string;

  constructor(message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.hint = hint;
  }
}
