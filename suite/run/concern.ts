/** A remark about a test or the whole suite, with its subject. */
export interface Concern {
  readonly subject: string;
  readonly message: string;
}
