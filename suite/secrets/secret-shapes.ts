/**
 * Shapes of secrets that are recognizable without a name. A length is a lower limit, shorter than that of the scanner that
 * the line names, so that a cut secret is recognized as well.
 */

/** One shape, and where its form is published. */
interface SecretShape {
  readonly name: string;
  readonly pattern: string;
  /** Rule of a scanner, or the page of the issuer. */
  readonly source: string;
}

// No expression has two unbounded parts whose characters overlap, and none starts inside of what it repeats: the search takes
// time linear in the length of the text.
const SECRET_SHAPES: readonly SecretShape[] = [
  {
    name: 'AWS access key id',
    pattern: '(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])',
    source: 'gitleaks aws-access-token',
  },
  {
    name: 'AWS Bedrock key',
    pattern: 'ABSK[A-Za-z0-9+/]{60,}={0,2}',
    source: 'gitleaks aws-amazon-bedrock-api-key-long-lived',
  },
  {
    name: 'GitHub token',
    pattern: 'gh[pousr]_[A-Za-z0-9]{20,}',
    source: 'gitleaks github-pat, github-oauth, github-app-token, github-refresh-token',
  },
  { name: 'GitHub fine-grained token', pattern: 'github_pat_\\w{20,}', source: 'gitleaks github-fine-grained-pat' },
  {
    name: 'GitLab token',
    pattern: 'gl(?:pat|dt|rt|ptt|ft|ffct|soat|agent|imt|oas|cbt)-[\\w.-]{16,}',
    source: 'gitleaks gitlab-pat and its siblings',
  },
  {
    name: 'Slack token',
    pattern: 'xox[abeoprs](?:\\.xox[bp])?-[\\w-]{10,}',
    source: 'gitleaks slack-bot-token and its siblings',
  },
  { name: 'Slack app token', pattern: 'xapp-\\d-[\\w-]{10,}', source: 'gitleaks slack-app-token' },
  {
    name: 'Slack webhook',
    pattern: 'hooks\\.slack(?:-gov)?\\.com/(?:services|workflows|triggers)/[^\\s"\'<>`]+',
    source: 'gitleaks slack-webhook-url',
  },
  {
    name: 'Discord webhook',
    pattern: 'discord(?:app)?\\.com/api/(?:v\\d{1,3}/)?webhooks/[^\\s"\'<>`]+',
    source: 'trufflehog discordwebhook',
  },
  {
    name: 'Teams webhook',
    pattern: 'webhook\\.office\\.com/[^\\s"\'<>`]+',
    source: 'gitleaks microsoft-teams-webhook',
  },
  { name: 'Google API key', pattern: 'AIza[\\w-]{30,}', source: 'gitleaks gcp-api-key' },
  {
    name: 'Google OAuth',
    pattern: '(?:ya29\\.|GOCSPX-)[\\w-]{20,}',
    source: 'trufflehog googleoauth2, detect-secrets',
  },
  {
    name: 'OpenAI or Anthropic key',
    pattern: 'sk-(?=[a-z_-]{0,60}[A-Z0-9])[\\w-]{20,}',
    source: 'gitleaks openai-api-key, anthropic-api-key',
  },
  {
    name: 'Hugging Face token',
    pattern: '(?:hf|api_org)_[A-Za-z0-9]{16,}',
    source: 'gitleaks huggingface-access-token',
  },
  { name: 'Groq key', pattern: 'gsk_[A-Za-z0-9]{30,}', source: 'trufflehog groq' },
  { name: 'Replicate token', pattern: 'r8_[A-Za-z0-9]{30,}', source: 'trufflehog replicate' },
  { name: 'Telegram token', pattern: '(?:bot)?\\d{8,10}:AA[\\w-]{30,}', source: 'gitleaks telegram-bot-api-token' },
  {
    name: 'token or private key in base64, as in the data of a Secret of Kubernetes',
    pattern:
      '(?:Z2h[vwzcd]X|Z2l0aHViX3BhdF|aGZf|Z2xwYXQt|eG94[YWVvcHJz]|c2st|c2tf|QUtJQ|bnZhcGkt|ZXlK|LS0tLS1CRUdJTiB(?:QUklW|SU0Eg|FQyBQ|FTkNS|PUEVO|EU0Eg))[A-Za-z0-9+/]{16,}={0,2}',
    source: 'trufflehog, which decodes base64 before it searches',
  },
  { name: 'NGC key', pattern: 'nvapi-[\\w-]{20,}', source: 'trufflehog nvapi' },
  { name: 'npm token', pattern: 'npm_[A-Za-z0-9]{30,}', source: 'gitleaks npm-access-token' },
  { name: 'PyPI token', pattern: 'pypi-AgE[\\w-]{20,}', source: 'gitleaks pypi-upload-token' },
  {
    name: 'Stripe key',
    pattern: '(?:[sr]k_(?:test|live|prod)|whsec)_[A-Za-z0-9]{10,}',
    source: 'gitleaks stripe-access-token',
  },
  { name: 'SendGrid key', pattern: 'SG\\.[\\w-]{16,32}\\.[\\w-]{16,64}', source: 'gitleaks sendgrid-api-token' },
  { name: 'DigitalOcean token', pattern: 'do[opr]_v1_[a-f0-9]{32,}', source: 'gitleaks digitalocean-pat' },
  { name: 'Vault token', pattern: 'hv[bsr]\\.[\\w-]{20,}', source: 'gitleaks vault-service-token, vault-batch-token' },
  {
    name: 'Grafana token',
    pattern: 'gl(?:c|sa)_[A-Za-z0-9+/_]{30,}={0,2}',
    source: 'gitleaks grafana-cloud-api-token, grafana-service-account-token',
  },
  { name: 'Databricks token', pattern: 'dapi[a-f0-9]{32}(?![a-f0-9])', source: 'gitleaks databricks-api-token' },
  { name: 'age key', pattern: 'AGE-SECRET-KEY-1[A-Z0-9]{20,}', source: 'gitleaks age-secret-key' },
  {
    name: 'Azure client secret',
    pattern: '[A-Za-z0-9_~.]{3}\\dQ~[\\w~.-]{31,34}',
    source: 'gitleaks azure-ad-client-secret',
  },
  { name: 'OpenShift token', pattern: 'sha256~[\\w-]{40,}', source: 'gitleaks openshift-user-token' },
  { name: 'JSON Web Token', pattern: '(?<![\\w-])eyJ[\\w-]{10,}\\.[\\w-]{10,}(?:\\.[\\w-]*)?', source: 'gitleaks jwt' },
  {
    name: 'URL signature',
    pattern: '(?<=[?&;](?:sig|[Ss]ignature)=)[\\w%+/=~.-]{10,}',
    source: 'trufflehog azuresastoken',
  },
  { name: 'URL key', pattern: '(?<=[?&;]key=)[\\w-]{15,}', source: 'detect-secrets keyword' },
];

/**
 * Longest part of a secret that an expression matches, in characters. Without a limit, a token of 12 MB in a record takes more
 * than the stack of the search.
 */
const LONGEST = 100_000;

/** Matches every shape. A shape does not start within a word, so that `disk-…` is not taken for `sk-…`. */
export const SHAPES = new RegExp(
  `(?<![A-Za-z0-9])(?:${SECRET_SHAPES.map(({ pattern }) => pattern.replace(/,\}/g, `,${LONGEST}}`)).join('|')})`,
  'g',
);

/** Matches the credentials of an HTTP header; whether they are some depends on `isCredential`. */
export const HEADER_CREDENTIALS = /\b(Bearer|Basic)([ \t]{1,4})([\w.~+/=-]{8,100000})/gi;

/** Returns whether a word behind `Bearer` or `Basic` is a credential, and not the word of a sentence. */
export function isCredential(word: string): boolean {
  return word.length >= 20 || /[0-9=]/.test(word);
}

/** Matches the first line of a private key; its last line starts with `PRIVATE_KEY_END`. */
export const PRIVATE_KEY = /-----BEGIN[ A-Z0-9_-]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
export const PRIVATE_KEY_END = /-----END[ A-Z0-9_-]{0,40}-----/;

/** Matches `-u user:password` of curl and etcdctl. `-u 1000:1000` names a user and a group. */
export const USER_OPTION =
  /(?<![\w-])((?:-u|--user|--proxy-user)[ \t=]{1,4}["']?[^\s"':]{1,64}:)(?!\d+(?![^\s"']))[^\s"']+/g;

/** Matches `docker login … -p password` and `sshpass -p password`. */
export const PASSWORD_OPTION = /(\b(?:login|sshpass)\b[^\n]{0,200}?[ \t]-p[ \t]?["']?)[^\s"']+/g;
