import { Document, isMap, isPair, isScalar, type Node, type Pair } from 'yaml';
import type { SpecComment } from '../../suite/init/proposal.js';

/** Longest line of a comment. */
const COLUMNS = 110;

/** Formats a value as YAML with a heading, and with comments before keys and items. */
export function commentedYaml(value: object, heading: readonly string[], comments: readonly SpecComment[]): string {
  const document = new Document(value);
  document.commentBefore = heading.flatMap((line) => folded(line)).join('\n');
  for (const { path, text } of comments) {
    const target = targetOf(document, path);
    if (target) target.commentBefore = folded(text).join('\n');
  }
  return document.toString({ lineWidth: 0 });
}

/** Returns the key of a map, or the item of a list, to which a comment belongs. */
function targetOf(document: Document, path: SpecComment['path']): Pick<Node, 'commentBefore'> | undefined {
  const parent = document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (!isMap(parent)) return document.getIn(path, true) as Node | undefined;
  const pair = parent.items.find((item): item is Pair => isPair(item) && String(item.key) === last);
  if (!pair) return undefined;
  if (!isScalar(pair.key)) pair.key = document.createNode(pair.key);
  return pair.key as Node;
}

/** Divides a text into lines of a comment, each with a leading space. */
function folded(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length >= COLUMNS) {
      lines.push(line);
      line = '';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
