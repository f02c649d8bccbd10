/**
 * Recognizes the names of variables, options and fields that hold a secret. The words are those of gitleaks
 * (`generic-api-key`, config/gitleaks.toml) and detect-secrets (`plugins/keyword.py`), with the exceptions that the tools
 * of the suite need: `max_tokens`, `time_to_first_token`, `UCX_IB_PKEY_INDEX`.
 */

/** Words that name a secret wherever they are in a name. */
const SECRET_WORDS: ReadonlySet<string> = new Set(
  `APIKEY AUTH AUTHORIZATION BEARER COOKIE COOKIES CREDENTIAL CREDENTIALS CREDS DOCKERCONFIGJSON DSN HTPASSWD JWT PASSCODE
  PASSPHRASE PASSWD PASSWORD PASSWORDS PASSWRD PRIVKEY PSK SECRET SECRETS`.split(/\s+/),
);

/** Words that name a secret except as the only word of a name: `DB_PWD` and not `PWD`, `GITHUB_PAT` and not `PAT`. */
const SECRET_BESIDE_OTHERS: ReadonlySet<string> = new Set(['PAT', 'PATS', 'PWD']);

/** Words that name a secret only at the end of a name with others: `STORAGE_SAS` and not `SAS_DISK`. */
const SECRET_AT_END: ReadonlySet<string> = new Set(['CRED', 'PW', 'SAS', 'WEBHOOK']);

/** Matches a word in which a secret is glued to another word: `PGPASSWORD`, `HFTOKEN`, `SECRETKEY`. */
const GLUED =
  /PASSWORD|PASSWD|PASSPHRASE|SECRET|(?:API|ACCESS|ACCOUNT|AUTH|CRYPT|DEPLOY|ENCRYPTION|LICENSE|MASTER|PRIVATE|SAS|SIGNING|SSH|STORAGE)KEYS?$|TOKEN$|CREDENTIALS?$|^(?:DB|PG|MY|SQL|MYSQL|REDIS|MONGO|SMTP|MAIL|LDAP|FTP|ROOT|ADMIN|USER|ETCD|SSH)(?:PASS|PWD|PW)$/;

/** Words in front of `TOKEN` with which it is a part of a text: `first_token`, `eos_token`. */
const TEXT_TOKEN: ReadonlySet<string> = new Set(
  `BOS CLS EOS EACH FIRST IMAGE INPUT INTER LAST MASK MAX MIN NEXT NUM OUTPUT PAD PER PREDICTED PROMPT REASONING SECOND SEP
  SPECIAL STOP TOTAL UNK UNEXPECTED`.split(/\s+/),
);

/** Words behind `TOKEN` with which the name holds a property of it: `token_count`. */
const PROPERTY: ReadonlySet<string> = new Set(
  `BUDGET BYTES COUNT COUNTS DELAY DURATION INDEX LATENCY LEN LENGTH LIMIT MAX MIN NUM PER PREFIX RATE RATIO SIZE SPACING THROUGHPUT
  TYPE USAGE`.split(/\s+/),
);

/** Words behind `AUTH` with which the name holds a setting: `AUTH_MODE`. */
const SETTING: ReadonlySet<string> = new Set(
  `BACKEND ENABLED MECHANISM METHOD MODE PROVIDER REQUIRED SCHEME TYPE URL`.split(/\s+/),
);

/** Words behind `KEY` with which the name still holds the key: `SSH_KEY_DATA`, and not `KEYS_PER_BLOCK`. */
const OF_KEY: ReadonlySet<string> = new Set(['B64', 'BASE64', 'CONTENT', 'DATA', 'PEM', 'STRING']);

/** Words in front of `KEY` with which it finds something and opens nothing: `topologyKey`. */
const FINDING_KEY: ReadonlySet<string> = new Set(
  `ANNOTATION CACHE CONNECTION CURRENT FOREIGN FORMER HASH HOT KV LABEL OBJECT PARTITION PRIMARY PUBLIC ROUTER ROUTING SEED SHARD SORT TAINT
  TOPOLOGY`.split(/\s+/),
);

/** Words at the end of a name whose value says where a secret is, and not what it is: `TOKEN_FILE`, `secretName`. */
const REFERENCE: ReadonlySet<string> = new Set([
  'DIR',
  'FILE',
  'FILES',
  'FOLDER',
  'NAME',
  'NAMES',
  'PATH',
  'REF',
  'SOCK',
]);

/** Fields and variables whose values are names of Kubernetes Secrets. */
const NAMES_OF_SECRETS: ReadonlySet<string> = new Set(
  `ALLOWED_SECRETS envFromSecret imagePullSecret imagePullSecrets tokenSecret`.split(/\s+/),
);

/** Fields of Kubernetes objects and words of reports that name a secret only in capitals: `{"key": "nvidia.com/gpu"}`. */
const PLAIN_FIELDS: ReadonlySet<string> = new Set(['key', 'keys', 'pass']);

/** Matches every name that can be secret, quickly. */
const CANDIDATE =
  /key|token|pass|pwd|pat|secret|auth|cookie|cred|dsn|bearer|signature|webhook|connection|pw|sas|psk|jwt|dockerconfig/i;

/** Answers for names of before. A log has the same few names in all its lines. */
const known = new Map<string, boolean>();
const MOST_KNOWN = 1000;
const LONGEST_KNOWN = 64;

/** Returns whether a variable, option or field with this name holds a secret. Takes time linear in the length. */
export function isSecretName(name: string): boolean {
  if (!CANDIDATE.test(name)) return false;
  const before = known.get(name);
  if (before !== undefined) return before;
  const answer = hasSecretWord(name);
  if (known.size < MOST_KNOWN && name.length <= LONGEST_KNOWN) known.set(name, answer);
  return answer;
}

function hasSecretWord(name: string): boolean {
  const words = wordsOf(name);
  if (PLAIN_FIELDS.has(name) || NAMES_OF_SECRETS.has(name) || REFERENCE.has(words.at(-1) ?? '')) return false;
  // Charts name a Secret so: `existingSecret`.
  if (words[0] === 'EXISTING') return false;
  // Charts name the key of a Secret so: `userPasswordKey`.
  if (/[a-z](?:Password|Token)Key$/.test(name)) return false;
  return words.some((word, at) => isSecretWord(word, words[at - 1], words[at + 1], words.length === 1));
}

function isSecretWord(word: string, before: string | undefined, after: string | undefined, only: boolean): boolean {
  if (SECRET_WORDS.has(word)) return word !== 'AUTH' || !SETTING.has(after ?? '');
  if (SECRET_BESIDE_OTHERS.has(word)) return !only;
  if (SECRET_AT_END.has(word) && !only && after === undefined) return true;
  if (word === 'PASS') return !PROPERTY.has(after ?? '');
  if (word === 'KEY' || word === 'KEYS') {
    if (FINDING_KEY.has(before ?? '')) return false;
    return after === undefined || /^\d/.test(after) || OF_KEY.has(after) || (before === 'ACCESS' && after === 'ID');
  }
  if (word === 'TOKEN') return !TEXT_TOKEN.has(before ?? '') && !PROPERTY.has(after ?? '');
  // A plural counts texts (`max_tokens`), except with these words in front of it.
  if (word === 'TOKENS') return ['ACCESS', 'API', 'AUTH', 'REFRESH'].includes(before ?? '');
  if (word === 'SIGNATURE') return ['ACCESS', 'AMZ', 'GOOG'].includes(before ?? '');
  if (word === 'WEBHOOK') return after === 'URL' || after === 'URI';
  if (word === 'CONNECTION') return after === 'STRING';
  return GLUED.test(word);
}

/** Returns whether the name alone says that the rest of the line is the secret, as in `Authorization: Basic …`. */
export function isSecretHeader(name: string): boolean {
  return /^(?:proxy-)?authorization$|^(?:set-)?cookie$|^x-[\w-]*(?:key|token)$/i.test(name);
}

/** Returns whether a name says without its context that it holds a secret: a password, or a secret in several words. */
export function isPlainSecret(name: string): boolean {
  return (
    isSecretName(name) && (wordsOf(name).length > 1 || /^(?:pass(?:word|wd|phrase)|pgpassword|apikey)$/i.test(name))
  );
}

/** Matches a secret with its number: `TOKEN2`, `PASSWORD1`. */
const NUMBERED = /^(?:APIKEY|COOKIE|PASS|PASSWORD|PASSWD|PWD|SECRET|TOKEN)\d{1,3}$/;

/** Splits a name into its words in capitals: `accessToken`, `ACCESS_TOKEN` and `access-token` into `ACCESS`, `TOKEN`. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .map((word) => (NUMBERED.test(word) ? word.replace(/\d{1,3}$/, '') : word))
    .filter((word) => word !== '');
}
