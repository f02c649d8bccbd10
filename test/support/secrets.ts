/**
 * Secrets and texts that resemble them, for every filter of the product. The examples are made up and put together here, so
 * that no scanner takes this file for a leak.
 */

const CHARACTERS = 'x9Qa7Lm2Rk5Tz8Wc3Vb6Nj4';

/** Returns made-up characters of a token. */
function filler(length: number): string {
  return CHARACTERS.repeat(Math.ceil(length / CHARACTERS.length)).slice(0, length);
}

const hex = (length: number) => '0a1b2c3d4e5f6978'.repeat(Math.ceil(length / 16)).slice(0, length);
const capitals = (length: number) => 'Q7WERT2YUIOP3ASD'.repeat(Math.ceil(length / 16)).slice(0, length);

/** Values that are secrets by their shape. */
export const SECRET_VALUES: Readonly<Record<string, string>> = {
  'AWS key id': `AKIA${capitals(16)}`,
  'AWS temporary key id': `ASIA${capitals(16)}`,
  'Bedrock key': `ABSK${filler(110)}`,
  'GitHub token': `ghp_${filler(36)}`,
  'GitHub app token': `ghs_${filler(36)}`,
  'GitHub fine-grained token': `github_pat_${filler(22)}_${filler(59)}`,
  'GitLab token': `glpat-${filler(20)}`,
  'Slack token': `xoxb-${'12345678901'}-${filler(24)}`,
  'Slack app token': `xapp-1-${filler(30)}`,
  'Slack webhook': `https://hooks.slack.com/services/${filler(9)}/${filler(9)}/${filler(24)}`,
  'Google API key': `AIza${filler(35)}`,
  'OpenAI key': `sk-${filler(48)}`,
  'OpenAI project key': `sk-proj-${filler(60)}`,
  'Anthropic key': `sk-ant-api03-${filler(93)}AA`,
  'Hugging Face token': `hf_${filler(34)}`,
  'NGC key': `nvapi-${filler(64)}`,
  'npm token': `npm_${filler(36)}`,
  'PyPI token': `pypi-AgEIcHlwaS5vcmc${filler(60)}`,
  'Stripe key': `sk_live_${filler(24)}`,
  'SendGrid key': `SG.${filler(22)}.${filler(43)}`,
  'DigitalOcean token': `dop_v1_${hex(64)}`,
  'Vault token': `hvs.${filler(95)}`,
  'Grafana token': `glsa_${filler(32)}_${hex(8)}`,
  'Databricks token': `dapi${hex(32)}`,
  'age key': `AGE-SECRET-KEY-1${capitals(58)}`,
  'Azure client secret': `${filler(3)}8Q~${filler(34)}`,
  'OpenShift token': `sha256~${filler(43)}`,
  'JSON Web Token': `eyJ${filler(20)}.eyJ${filler(30)}.${filler(43)}`,
  'Azure SAS': `https://a.blob.core.windows.net/c?sv=2024&sig=${filler(40)}%3D`,
  'S3 signature': `https://b.s3.amazonaws.com/k?X-Amz-Credential=${filler(20)}&X-Amz-Signature=${hex(64)}`,
  'private key': `-----BEGIN RSA ${'PRIVATE'} KEY-----\n${filler(64)}\n${filler(64)}\n-----END RSA ${'PRIVATE'} KEY-----`,
  'private key on one line': `-----BEGIN ${'PRIVATE'} KEY-----\\n${filler(64)}\\n-----END ${'PRIVATE'} KEY-----`,
  'cut private key': `-----BEGIN OPENSSH ${'PRIVATE'} KEY-----\n${filler(64)}`,
  Bearer: `Bearer ${filler(24)}`,
  Basic: 'Basic dXNlcjpwYXNzd29yZA==',
  'password of a URL': `postgres://user:${filler(12)}@db:5432/results`,
  'password with a slash': `postgres://user:${filler(4)}/${filler(6)}@db`,
  'password with an at': `postgres://user:${filler(4)}@${filler(6)}@db/results`,
  'password with a question mark': `redis://:${filler(4)}?${filler(6)}@db:6379/0`,
  'token of a URL': `https://${filler(24)}@github.com/owner/repository.git`,
  'several hosts': `mongodb://user:${filler(12)}@a:27017,b:27017/db`,
  assignment: `PGPASSWORD=${filler(8)}`,
  'connection string': `Endpoint=sb://n.servicebus.windows.net/;SharedAccessKey=${filler(43)}=`,
};

/** The parts of `SECRET_VALUES` that no output may contain. */
export const FORBIDDEN = /x9Qa|0a1b2c3d4e5f|Q7WERT2YUIOP|dXNlcjpwYX/;

/** A made-up secret without a shape. */
export const PLAIN_SECRET = 'x9Qa-hunter2';

/** Texts around a secret without a shape. */
export const SECRET_TEXTS: readonly string[] = [
  `PGPASSWORD=${PLAIN_SECRET} psql -h db`,
  `export HF_TOKEN='${PLAIN_SECRET} and more'`,
  `{"api_key": "${PLAIN_SECRET}", "model": "m"}`,
  `{\\"accessToken\\":\\"${PLAIN_SECRET}\\"}`,
  `dbPassword: ${PLAIN_SECRET}`,
  `password = ${PLAIN_SECRET}`,
  `aiperf profile --api-key ${PLAIN_SECRET} --model m`,
  `aiperf profile --api-key=${PLAIN_SECRET}`,
  `Authorization: ${PLAIN_SECRET}`,
  `curl -H 'X-Api-Key: ${PLAIN_SECRET}' http://host`,
  `GET /v1?access_token=${PLAIN_SECRET}&page=2`,
  `-Djavax.net.ssl.keyStorePassword=${PLAIN_SECRET}`,
  `secret_key="${PLAIN_SECRET}`,
  `//registry.npmjs.org/:_authToken=${PLAIN_SECRET}`,
  `{"name": "HF_TOKEN", "value": "${PLAIN_SECRET}"}`,
  `{\\"name\\":\\"HF_TOKEN\\",\\"value\\":\\"${PLAIN_SECRET}\\"}`,
  `    - name: DB_PASSWORD\n      value: ${PLAIN_SECRET}`,
  `- {name: API_TOKEN, value: ${PLAIN_SECRET}}`,
  `['aiperf', '--api-key', '${PLAIN_SECRET}']`,
  `["--api-key","${PLAIN_SECRET}"]`,
  `password          = ${PLAIN_SECRET}`,
  `password := ${PLAIN_SECRET}`,
  `"password"   :     "${PLAIN_SECRET}"`,
  `<SecretAccessKey>${PLAIN_SECRET}</SecretAccessKey>`,
  `curl -u ada:${PLAIN_SECRET} http://host`,
  `etcdctl --user=root:${PLAIN_SECRET} get x`,
  `docker login -u ada -p ${PLAIN_SECRET} r.io`,
  `sshpass -p '${PLAIN_SECRET}' ssh host`,
  `TOKEN2=${PLAIN_SECRET}`,
  `SSHPASS=${PLAIN_SECRET}`,
  `https://d.cloudfront.net/x?Signature=${PLAIN_SECRET}__&Key-Pair-Id=1`,
  `https://host/api?key=${PLAIN_SECRET}-and-more`,
];

/** Texts whose secret has characters that end a value elsewhere. */
export const SECRET_TO_THE_END: readonly string[] = [
  `PASSWORD=a&${PLAIN_SECRET}`,
  `PASSWORD=a"${PLAIN_SECRET}`,
  `export PASSWORD=a\\${PLAIN_SECRET}`,
  `password="a\\"${PLAIN_SECRET}"`,
  `{"url": "postgres:\\/\\/ada:${PLAIN_SECRET}@host\\/db"}`,
];

export const SECRET_NAMES: readonly string[] = `HF_TOKEN PGPASSWORD GITHUB_PAT HFTOKEN SECRETKEY accessToken
  AWS_SECRET_ACCESS_KEY AWS_ACCESS_KEY_ID AWS_SESSION_TOKEN SENTRY_DSN DATABASE_DSN NGC_API_KEY NGC_CLI_API_KEY APIKEY OPENAI_API_KEY
  DB_PASSWORD DB_PASS MYSQL_PWD REDIS_PASSWD SSH_KEY_PASSPHRASE GOOGLE_CREDENTIALS COOKIE SESSION_COOKIE CLIENT_SECRET clientSecret
  SLACK_WEBHOOK_URL AccountKey SharedAccessSignature X-Amz-Signature azure_storage_connection_string TOKEN SECRET PASSWORD KEY
  DB_PW WIFI_PSK PASSCODE JWT TOKEN2 APIKEY2 PASSWORD1 STORAGE_SAS DISCORD_WEBHOOK COOKIES SSHPASS
  VAULT_TOKEN DOCKER_AUTH_CONFIG access_tokens PRIVATEKEY`.split(/\s+/);

export const PLAIN_NAMES: readonly string[] =
  `KEYBOARD UCX_IB_PKEY_INDEX UCX_RKEY_PTR TOKENIZER TOKENIZERS_PARALLELISM max_tokens
  tokens_per_second MONKEY KEYS_PER_BLOCK FI_PROVIDER PATH PWD OLDPWD HOME GIT_AUTHOR_NAME time_to_first_token inter_token_latency
  output_token_throughput output_token_count total_tokens eos_token_id bos_token UCX_TLS NCCL_DEBUG NIXL_PLUGIN_DIR XAUTHORITY
  AWS_WEB_IDENTITY_TOKEN_FILE PAYLOAD_KEY_FILE secretName tokenSecret imagePullSecrets key COMPASS BYPASS LD_PRELOAD
  userPasswordKey TOKEN_BUDGET AUTH_MODE DYN_ROUTER_KEY SEED_KEY SAS_DISK SHA256 topologyKey num_key_value_heads encryption-key-id HF_HOME HF_HUB_OFFLINE KEEPALIVE prompt_tokens`.split(
    /\s+/,
  );

/** Lines that resemble secrets and must stay as they are, in the form of outputs of the tools, of Kubernetes and of npm. */
export const PLAIN_TEXTS: readonly string[] = [
  `imageID: docker-pullable://quay.io/coreos/etcd@sha256:${hex(64)}`,
  `docker-pullable://etcd@sha256:${hex(64)}`,
  `quay.io/coreos/etcd:v3.5.18@sha256:${hex(64)}`,
  `containerd://${hex(64)}`,
  'Successfully assigned dynamo-bench/my-run-6f9c-node1 to ip-10-0-12-34.ec2.internal',
  '0f8fad5b-d9cb-469f-a165-70867728950e',
  'tolerations: [{"key": "nvidia.com/gpu", "operator": "Exists"}]',
  '"secretKeyRef": {"name": "hf-token", "key": "HF_TOKEN"}',
  '{"tokenSecret": "hf-token", "imagePullSecret": "regcred"}',
  'SyntaxError: Unexpected token: < in JSON at position 0',
  'error: invalid token: expected a number',
  'env.HF_TOKEN: looks like a secret',
  'https://registry.npmjs.org/@temporalio/client',
  'http://etcd:2379/v2/keys/a@b.c',
  'see http://127.0.0.1:8233/namespaces/default/workflows/my-run',
  'Bearer authentication is required',
  'Basic information about the device',
  'A command without the key reports: set PAYLOAD_KEY_FILE=$PWD/payload.key',
  '  --api-key KEY   the key of the API',
  '  --api-key=<key>   the key of the API',
  'Authorization: Bearer TOKEN',
  'docker run -u 1000:1000 --user 0:0 image',
  '["--verbose-token", "--other"]',
  '<token> value',
  'https:\\/\\/registry.npmjs.org\\/@temporalio\\/client',
  '{"name": "UCX_TLS", "value": "rc,cuda_copy"}',
  'kubectl create secret generic x --from-file=payload.key=/dev/stdin',
  'HF_TOKEN=$HF_TOKEN',
  'HF_TOKEN=<redacted>',
  'password: null',
  'output_token_count: 100, "max_tokens": 128, "tokens_per_second": 12.5, eos_token: "</s>"',
  'time_to_first_token=12.5',
  'UCX_IB_PKEY_INDEX=1',
  'rkey=0x1234567890abcdef',
  'UCX  INFO  ucp_context_0 tag(rc_mlx5/mlx5_0:1)',
  'verdict="pass"',
  'pass: 3, fail: 1',
  'xoxo',
  'disk-0123456789012345678901234',
  'risk-ABCDEFGHIJKLMNOPQRSTUVW',
  'git@github.com:owner/repository.git',
  'user@example.com',
  '-----BEGIN CERTIFICATE-----',
];
