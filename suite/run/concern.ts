/** Something about a test, or about the whole suite. */
export interface Concern {
  readonly subject: string;
  readonly message: string;
}
