import { unescapeMarkdown } from '../../suite/text/markdown.js';
import { encodePath } from '../markup/path.js';

/** Returns the target of a link to evidence from the escaped path of the evidence. */
export function linkTarget(escaped: string): string {
  return encodePath(unescapeMarkdown(escaped));
}
