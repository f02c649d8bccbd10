import assert from 'node:assert/strict';
import { marked, type Token } from 'marked';
import { detailsText } from '../../../workflows/suite/details-text.js';
import { ATTACKS } from '../../support/attack-report.js';

const ALL = Object.values(ATTACKS).join(' ');

describe('the details of a suite run in the Web UI', () => {
  it('show texts from outside as text, and not more than 500 characters of each', () => {
    const text = detailsText(ALL.repeat(20));
    assert.ok(text.length < 1500, String(text.length));
    const found: Token[] = [];
    void marked.walkTokens(marked.lexer(`| a |\n|---|\n| ${text} |`), (token) => void found.push(token));
    assert.deepEqual(
      found.map(({ type }) => type).filter((type) => !['table', 'text', 'escape', 'space'].includes(type)),
      [],
    );
    assert.doesNotMatch(text, /\p{Cc}|[\u202a-\u202e]/u);
  });
});
