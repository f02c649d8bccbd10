/** Stands where a secret stood. */
export const REDACTED = '<redacted>';

/** Names of variables that hold secrets: a word of the name, so that `KEYBOARD` and `UCX_IB_PKEY_INDEX` are left alone. */
const SECRET_NAME =
  /(?:^|_)(?:SECRETS?|TOKENS?|PASS|PASSWD|PASSWORD|PASSPHRASE|CREDENTIALS?|KEY|KEYS|APIKEY|AUTH|COOKIE|DSN)(?:_|$)/i;

/** Values that are secrets under any name: keys in PEM, AWS key ids, JSON Web Tokens, tokens of GitHub, Hugging Face and NGC. */
const SECRET_VALUE =
  /-----BEGIN|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\beyJ[\w-]{10,}\.[\w-]{10,}\.|\bgh[pousr]_\w{20,}|\bhf_\w{20,}|\bnvapi-[\w-]{20,}/;

/** User and password of a URL. */
const URL_CREDENTIALS = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]{1,500}@/gi;

/** An environment that may be written to a record: every variable is named, and secrets are not told. */
export function redactEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      SECRET_NAME.test(name) || SECRET_VALUE.test(value) ? REDACTED : redactUrls(value),
    ]),
  );
}

/** A text without the users and passwords of its URLs. */
export function redactUrls(text: string): string {
  return text.replaceAll(URL_CREDENTIALS, `$1${REDACTED}@`);
}
