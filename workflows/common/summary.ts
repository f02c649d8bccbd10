/** Longest summary of a workflow, an activity or a timer, in characters; the Temporal server refuses longer ones. */
const LONGEST = 400;

/** Bounds the length of a summary. */
export function summaryText(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
