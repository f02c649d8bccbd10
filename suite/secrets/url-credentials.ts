/** Characters that end a URL within a text. */
const URL_END = /[\s"'<>`]/g;

/** Matches the marks behind the scheme of a URL; some programs escape the slashes in JSON. */
const AFTER_SCHEME = /:(?:\/\/|\\\/\\\/)/g;

/** Matches a host and its port, as they follow the credentials in a URL. */
const HOST = /^(?:\[[0-9a-fA-F:.%]+\]|[\w.%-]*)(?::\d{1,5})?$/;

/** Matches the schemes whose paths may contain an `@`. */
const WITH_PATH = /^(?:https?|docker(?:-pullable)?|oci|registry)$/i;

/** Matches the digest of an image, which follows an `@` as well: `docker-pullable://quay.io/etcd@sha256:…`. */
const DIGEST = /^[a-z0-9+._-]{2,20}:[0-9a-f]{32,128}(?![0-9a-f])/;

/**
 * Replaces the user and the password of every URL in a text. A password may contain `/`, `?`, `#` and `@` that are not
 * escaped. Takes time linear in the length of the text.
 */
export function replaceUrlCredentials(text: string, replacement: string): string {
  const parts: string[] = [];
  let done = 0;
  AFTER_SCHEME.lastIndex = 0;
  for (let mark = AFTER_SCHEME.exec(text); mark; mark = AFTER_SCHEME.exec(text)) {
    const at = mark.index;
    const from = at + mark[0].length;
    URL_END.lastIndex = at;
    const end = URL_END.exec(text)?.index ?? text.length;
    const rest = text.slice(from, end);
    const credentials = lengthOfCredentials(schemeBefore(text, at), rest);
    parts.push(text.slice(done, from), credentials > 0 ? `${replacement}@${rest.slice(credentials + 1)}` : rest);
    done = end;
    AFTER_SCHEME.lastIndex = end;
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(done);
}

/** Returns the length of user and password in a URL without its scheme; 0 when it has none. */
function lengthOfCredentials(scheme: string, url: string): number {
  const digest = url.lastIndexOf('@');
  const rest = digest >= 0 && DIGEST.test(url.slice(digest + 1)) ? url.slice(0, digest) : url;
  const authority = /^[^/?#\\]*/.exec(rest)?.[0] ?? '';
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  if (HOST.test(host)) {
    // The path of a web page may contain an `@`; in other URLs it belongs to a password with a slash.
    if (at >= 0 || host === '' || WITH_PATH.test(scheme)) return Math.max(0, at);
  }
  return Math.max(0, rest.lastIndexOf('@'));
}

function schemeBefore(text: string, at: number): string {
  return /[a-z][a-z0-9+.-]*$/i.exec(text.slice(Math.max(0, at - 24), at))?.[0] ?? '';
}
