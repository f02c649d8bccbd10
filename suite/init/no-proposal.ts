/** The reason why no spec can be proposed, with its remedy. */
export interface NoProposal {
  readonly problem: string;
  readonly hint: string;
}
