import { isIPv4 } from 'node:net';
import { SuiteFailure } from '../../suite/verdict/failure.js';

/** Names of variables that a spec can name, so that it cannot send a request to another secret of the worker. */
const ALLOWED = /^DYNAMO_BENCH_WEBHOOK_[A-Z0-9_]+$/;

/** Names of this machine, to which a webhook may use HTTP: nothing leaves it. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));
}

/**
 * Reads the URL of the webhook from the worker's environment. No message contains a part of it but the host.
 *
 * @param name name of the variable, which begins with `DYNAMO_BENCH_WEBHOOK_`
 * @throws {SuiteFailure} `WebhookRefused` when it is missing, not a URL, not https, or has a user or a password
 */
export function webhookUrl(name: string, environment: NodeJS.ProcessEnv = process.env): URL {
  const refuse = (problem: string) =>
    new SuiteFailure('WebhookRefused', `the environment variable ${name} of the worker ${problem}`);
  if (!ALLOWED.test(name)) throw refuse('is not one for webhooks; use a name that begins with DYNAMO_BENCH_WEBHOOK_');
  const value = environment[name];
  if (!value) throw refuse('is not set');
  if (!URL.canParse(value)) throw refuse('does not contain a valid URL');
  const url = new URL(value);
  if (url.username !== '' || url.password !== '') {
    throw refuse('contains a URL with a user or a password; remove them, and put a token into the path of the webhook');
  }
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url;
  throw refuse('contains a URL that is not https; plain http is allowed only to this machine (127.0.0.1, localhost)');
}

/** Error codes of Node.js and undici, in words. */
const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'it refused the connection',
  ECONNRESET: 'it closed the connection',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to its network',
  ENOTFOUND: 'its host name does not resolve',
  EAI_AGAIN: 'the name server did not answer',
  ETIMEDOUT: 'the connection timed out',
  EPIPE: 'it closed the connection',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  UND_ERR_HEADERS_TIMEOUT: 'it sent no answer in time',
  UND_ERR_BODY_TIMEOUT: 'it sent no complete answer in time',
  UND_ERR_SOCKET: 'it closed the connection',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate chain is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
};

/**
 * Explains an error of `fetch` in words of the suite, because its own message can contain the URL. An unknown cause is shown
 * by its code alone.
 */
export function fetchTrouble(error: unknown): string {
  const { name, cause } = error as { name?: unknown; cause?: unknown };
  if (name === 'TimeoutError') return 'it sent no answer in time';
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown };
  if (message === 'unexpected redirect') return 'it answered with a redirect; use the final address';
  if (typeof code !== 'string' || !/^[A-Z][A-Z0-9_]{1,60}$/.test(code)) return 'the request failed';
  return CAUSES[code] ?? code;
}
