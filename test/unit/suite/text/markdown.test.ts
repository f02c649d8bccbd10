import assert from 'node:assert/strict';
import fc from 'fast-check';
import { marked, type Token } from 'marked';
import { codeSpan, escapeMarkdown, unescapeMarkdown } from '../../../../suite/text/markdown.js';
import { mapTexts, visible, withoutControls } from '../../../../suite/text/visible.js';

/** Types of the tokens of plain text. */
const TEXT = new Set(['paragraph', 'text', 'escape', 'space']);

function tokensOf(markdown: string): Token[] {
  const found: Token[] = [];
  void marked.walkTokens(marked.lexer(markdown), (token) => void found.push(token));
  return found;
}

const parts = fc.constantFrom(
  ...[
    '<b>',
    '</b>',
    '<!--',
    '`',
    '``',
    '[',
    ']',
    '(',
    ')',
    '](',
    '![',
    '*',
    '**',
    '_',
    '__',
    '~',
    '~~',
    '|',
    '\\',
    '&amp;',
    '&',
  ],
  ...[
    'https://e.example',
    'www.e.example',
    'a@e.example',
    '@all',
    '#',
    '# ',
    '- ',
    '+ ',
    '1. ',
    '> ',
    '---',
    '===',
    '\n',
    '\t',
    '$',
  ],
  ...[
    'http',
    ':',
    '//',
    '.',
    'x',
    ' ',
    '1',
    'mailto:',
    'javascript:',
    '\u001b[31m',
    '\u202e',
    '\u0000',
    'ftp://e.example',
  ],
);

describe('text in Markdown', () => {
  const texts = fc.oneof(
    fc.array(parts, { maxLength: 14 }).map((some) => some.join('')),
    fc.string({ unit: 'binary' }),
  );

  it('is text and nothing else', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const other = tokensOf(`start ${escapeMarkdown(text)} end`).filter(({ type }) => !TEXT.has(type));
        assert.deepEqual(
          other.map(({ type, raw }) => [type, raw]),
          [],
        );
      }),
      { seed: 1, numRuns: 3000 },
    );
  });

  it('is text also at the start of a line', () => {
    for (const text of [
      '# h',
      '- i',
      '+ i',
      '1. i',
      '1) i',
      '> q',
      '=== ',
      '---',
      '***',
      '```',
      '~~~',
      '| a |',
      '<b>',
    ]) {
      const other = tokensOf(escapeMarkdown(text)).filter(({ type }) => !TEXT.has(type));
      assert.deepEqual(other, [], text);
    }
  });

  it('comes back from its escaped form', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const plain = withoutControls(text.replace(/[\r\n\t\u2028\u2029]+/g, ' '));
        fc.pre(!plain.includes('\u2060'));
        assert.equal(unescapeMarkdown(escapeMarkdown(text)), plain);
      }),
      { seed: 2, numRuns: 3000 },
    );
  });

  it('is one code span, whatever backticks it has', () => {
    fc.assert(
      fc.property(texts, (text) => {
        fc.pre(text.trim() !== '');
        const [paragraph] = marked.lexer(`a ${codeSpan(escapeMarkdown(text))} b`);
        assert.ok(paragraph && 'tokens' in paragraph);
        assert.deepEqual(
          paragraph.tokens?.map(({ type }) => type),
          ['text', 'codespan', 'text'],
          codeSpan(escapeMarkdown(text)),
        );
      }),
      { seed: 3, numRuns: 3000 },
    );
  });
});

describe('text in a terminal', () => {
  it('shows what a terminal would obey, and JSON keeps its meaning', () => {
    const text = '\u001b]0;title\u0007 \u009b2J \u202egnp \u0000 \r ok\n\tline';
    assert.equal(visible(text), '\\u001b]0;title\\u0007 \\u009b2J \\u202egnp \\u0000 \\u000d ok\n\tline');
    const value = { text: '\u009b2J \u202e "x" \u001b' };
    assert.deepEqual(JSON.parse(visible(JSON.stringify(value, null, 2))), value);
  });

  it('is changed in every place of a value', () => {
    const value = { a: 'x', b: ['x', { x: 1 }], c: null, d: true };
    assert.deepEqual(
      mapTexts(value, (text) => `${text}!`),
      { 'a!': 'x!', 'b!': ['x!', { 'x!': 1 }], 'c!': null, 'd!': true },
    );
  });
});
