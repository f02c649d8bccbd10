/** Text in place of a secret. */
export const REDACTED = '<redacted>';

/** Matches names of variables with secrets by whole words, so that `KEYBOARD` and `UCX_IB_PKEY_INDEX` do not match. */
const SECRET_NAME =
  /(?:^|_)(?:SECRETS?|TOKENS?|PASS|PASSWD|PASSWORD|PASSPHRASE|CREDENTIALS?|KEY|KEYS|APIKEY|AUTH|COOKIE|DSN)(?:_|$)/i;

/** Matches secrets by value: PEM keys, AWS key ids, JSON Web Tokens, and tokens of GitHub, Hugging Face and NGC. */
const SECRET_VALUE =
  /-----BEGIN|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\beyJ[\w-]{10,500}\.[\w-]{10}|\bgh[pousr]_\w{20,}|\bhf_\w{20,}|\bnvapi-[\w-]{20,}/;

/** Matches the user and password of a URL. */
const URL_CREDENTIALS = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]{1,500}@/gi;

/** Replaces the secrets in an environment, so that a record can contain it. Keeps the names of all variables. */
export function redactEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      SECRET_NAME.test(name) || SECRET_VALUE.test(value) ? REDACTED : redactUrls(value),
    ]),
  );
}

/** Replaces users and passwords in the URLs of a text. */
export function redactUrls(text: string): string {
  return text.replaceAll(URL_CREDENTIALS, `$1${REDACTED}@`);
}
