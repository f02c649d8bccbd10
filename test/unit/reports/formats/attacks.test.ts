import assert from 'node:assert/strict';
import { marked, type Token } from 'marked';
import { reportFiles } from '../../../../reports/files.js';
import { ATTACKS, attackReport } from '../../../support/attack-report.js';
import { exampleReport } from '../../../support/example-report.js';

/** Characters that a terminal obeys, without line ends. */
const CONTROLS = /(?![\t\r\n])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u;

describe('reports of texts from outside', () => {
  const report = attackReport();
  const files = reportFiles(report);

  it('have no character that a terminal obeys, except JSON, which escapes it', () => {
    for (const [name, text] of Object.entries(files)) {
      if (name === 'results.json') assert.doesNotThrow(() => JSON.parse(text));
      else assert.ok(!CONTROLS.test(text), name);
    }
  });

  it('keep every text exactly in JSON', () => {
    assert.ok(files['results.json'].includes(JSON.stringify(report.record.workflowId).slice(1, -1)));
  });

  it('show in Markdown no HTML, image or link but those to evidence', () => {
    const tokens = marked.lexer(files['report.md']);
    const found: Token[] = [];
    void marked.walkTokens(tokens, (token) => void found.push(token));
    const of = (type: string) => found.filter((token) => token.type === type);
    assert.deepEqual(
      of('html').map(({ raw }) => raw),
      [],
    );
    assert.deepEqual(
      of('image').map(({ raw }) => raw),
      [],
    );
    const targets = new Set(of('link').map((token) => ('href' in token ? String(token.href) : '')));
    for (const target of targets) assert.match(target, /^[\w.%/-]+\.(?:log|html)$/);
    assert.ok(targets.has('0/%28x%29%20%5By%5D.html'), [...targets].join(' '));
    // In code, GitHub looks for no mention.
    const mentions = of('text').filter((token) => !('tokens' in token && token.tokens) && /@\w/.test(token.raw));
    assert.deepEqual(
      mentions.map(({ raw }) => raw),
      [],
    );
    const headings = of('heading').map((token) => ('text' in token ? String(token.text) : ''));
    assert.ok(!headings.includes('heading'));
  });

  it('show in Markdown every text as it is', () => {
    const page = marked.parse(files['report.md'], { async: false });
    for (const text of ['&lt;img src=x onerror=alert(1)&gt;', '![i](https://evil.example/i.png)', '*b* _i_ ~s~ $m$']) {
      assert.ok(page.includes(text), text);
    }
  });

  it('have as many columns in each row of a table in Markdown as its heading', () => {
    const tables = marked.lexer(files['report.md']).filter((token) => token.type === 'table');
    const clean = marked.lexer(reportFiles(exampleReport(2))['report.md']).filter((token) => token.type === 'table');
    assert.equal(tables.length, clean.length);
  });

  it('show in CSV no formula, and numbers as numbers', () => {
    const [, ...lines] = files['results.csv'].trimEnd().split('\r\n');
    for (const line of lines) {
      for (const field of line.match(/(?<=^|,)(?:"(?:[^"]|"")*"|[^,]*)/g) ?? []) {
        const text = field.replace(/^"|"$/g, '');
        assert.ok(/^-?[\d.]+(?:e[+-]?\d+)?$/.test(text) || !/^\s*[=+\-@\t\r]/.test(text), field);
      }
    }
    assert.match(files['results.csv'], /"'=HYPERLINK\(""https:/);
  });

  it('have in OpenMetrics one line for each sample', () => {
    for (const line of files['metrics.txt'].trimEnd().split('\n')) {
      assert.match(line, /^(?:# .*|[a-z_]+\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\} \S+)$/);
    }
  });

  it('are in JUnit and HTML text and nothing else', () => {
    for (const name of ['junit.xml', 'report.html'] as const) {
      assert.ok(!/<(?:img|script|b|a href="javascript)\b/i.test(files[name]), name);
      assert.ok(files[name].includes('&lt;script&gt;'), name);
    }
    const tags = files['report.html'].replace(/"[^"]*"/g, '""').match(/<[a-z][^>]*>/g) ?? [];
    assert.deepEqual(
      tags.filter((tag) => / (?:style|on[a-z]+)=/.test(tag)),
      [],
    );
    assert.ok(ATTACKS.html.length > 0);
  });
});
