import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** A metric in an expression, with the labels that its matchers name. */
export interface Selector {
  readonly name: string;
  readonly labels: readonly string[];
}

const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)/g;
const KEYWORDS = new Set(['and', 'or', 'unless', 'offset', 'bool', 'group_left', 'group_right', 'inf', 'nan', 'atan2']);

/**
 * Returns every metric of a PromQL expression: each identifier that is not a function, keyword, label, text or duration. So
 * a name that is written wrongly counts as a metric too.
 */
export function selectorsOf(expression: string): Selector[] {
  const bare = expression
    .replaceAll(/#.*$/gm, '')
    .replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, '""')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(GROUPING, '')
    .replaceAll(/\boffset\s+-?\w+/g, '');
  const identifiers = /(?<![\w:.$])([a-zA-Z_:][\w:]*)\s*(\(|\{[^}]*\})?/g;
  return [...bare.matchAll(identifiers)]
    .filter(([, name = '', after = '']) => after !== '(' && !KEYWORDS.has(name.toLowerCase()))
    .map(([, name = '', after = '']) => ({
      name,
      labels: [...after.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
    }));
}

const MONITORING = fileURLToPath(new URL('../../../charts/dynamo-bench/files/monitoring/', import.meta.url));

interface Rules {
  readonly groups: readonly { readonly rules: readonly { alert: string; expr: string }[] }[];
}

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
}

/** Reads the expressions of all alerts and of all panels, by the name of the alert or the title of the panel. */
export function readExpressions(): { readonly place: string; readonly expression: string }[] {
  const rules = parse(readFileSync(`${MONITORING}rules.yaml`, 'utf8')) as Rules;
  const dashboard = JSON.parse(readFileSync(`${MONITORING}dashboard.json`, 'utf8')) as Dashboard;
  return [
    ...rules.groups.flatMap((group) => group.rules).map(({ alert, expr }) => ({ place: alert, expression: expr })),
    ...dashboard.panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({ place: title, expression: expr })),
    ),
  ];
}
