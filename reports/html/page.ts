import { createHash } from 'node:crypto';
import { html, Markup } from '../markup/markup.js';
import { STYLE } from './style.js';

/** Targets of a page's links. */
export interface PageLinks {
  /** Path of the run's folder relative to the page; `''` for a page in that folder. */
  readonly folder: string;
  /** Links above the page's title. */
  readonly above?: readonly { readonly text: string; readonly href: string }[];
}

/**
 * What a browser may do on a page: show its one style sheet and the empty icon. No script, no request, no form and no other
 * base of the links, whatever a text from outside contains.
 */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Renders a complete page without scripts and without external requests. */
export function page(options: { readonly title: string; readonly description: string; readonly body: Markup }): string {
  const { title, description, body } = options;
  return html`${new Markup('<!doctype html>')}
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${description}">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the results</a>
${body}
</body>
</html>
`.text;
}

const SIGNS: Readonly<Record<string, string>> = {
  pass: '✓',
  fail: '✗',
  regressed: '↓',
  improved: '↑',
  unchanged: '=',
  inconclusive: '?',
  skipped: '–',
  running: '…',
};

/** Renders a verdict as a word with a symbol, for readers who cannot distinguish the colours. */
export function badge(verdict: string): Markup {
  return html`<span class="badge ${verdict}"><span aria-hidden="true">${SIGNS[verdict] ?? ''} </span>${verdict}</span>`;
}

/** Wraps a wide table in a box that scrolls with pointer and keyboard. */
export function scrolling(label: string, table: Markup): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">${table}</div>`;
}
