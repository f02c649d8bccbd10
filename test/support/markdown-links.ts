import GithubSlugger from 'github-slugger';
import { Lexer, type Token, type Tokens, walkTokens } from 'marked';

/** A link of a document. */
export interface Link {
  readonly target: string;
  /** Path and anchor of a relative link; undefined for an address. */
  readonly relative?: { readonly path: string; readonly anchor: string };
}

/** Links and images of a document. Links in code are text. */
export function linksOf(markdown: string): Link[] {
  const links: Link[] = [];
  visit(markdown, (token) => {
    if (token.type !== 'link' && token.type !== 'image') return;
    const { href } = token as Tokens.Link;
    if (/^[a-z]+:/.test(href)) links.push({ target: href });
    else {
      const [path = '', anchor = ''] = href.split('#');
      links.push({ target: href, relative: { path, anchor } });
    }
  });
  return links;
}

/** Anchors of the headings of a document, as GitHub makes them. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const slugger = new GithubSlugger();
  const anchors = new Set<string>();
  visit(markdown, (token) => {
    if (token.type === 'heading') anchors.add(slugger.slug(plainText((token as Tokens.Heading).tokens)));
  });
  return anchors;
}

function visit(markdown: string, see: (token: Token) => void): void {
  void walkTokens(new Lexer().lex(markdown), see);
}

function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => ('tokens' in token && token.tokens ? plainText(token.tokens) : 'text' in token ? token.text : ''))
    .join('');
}
