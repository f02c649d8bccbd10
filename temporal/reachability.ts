import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectSecurely } from 'node:tls';
import { SuiteFailure } from '../suite/verdict/failure.js';
import { placeOf, type TemporalSettings, waysToSet } from './settings.js';

const DEFAULT_PORT = 7233;
/** Time for a connection, and for an answer of the server on it. */
const TIMEOUT_MS = 2_000;

type Remedy = readonly [what: string, hint: string];

/**
 * Finds out why no Temporal server answers: the network, or TLS. The Temporal client only says that its time was up, so
 * that this opens another connection.
 */
export async function unreachable(settings: TemporalSettings, cause: unknown): Promise<SuiteFailure> {
  const { address } = settings;
  const { tls } = settings.connectionOptions;
  const { host, port } = parts(address);
  const network = await failureOf(connect({ host, port }), 'connect');
  if (network) return noServer(address, network, cause);
  if (!tls) {
    const secure = await failureOf(connectSecurely({ host, port, rejectUnauthorized: false }), 'secureConnect');
    if (secure === undefined) {
      return settingsFailure(address, cause, [
        'the server accepts only TLS, and these settings have none',
        `Set ${waysToSet('tls')}; TEMPORAL_TLS=true is enough for a server with a public certificate`,
      ]);
    }
    return noServer(address, 'a program answers there that is not a Temporal server', cause);
  }
  const refusal = await failureOf(connectSecurely({ host, port, ...secureOptions(host, tls) }), 'data');
  return refusal === undefined
    ? noServer(address, 'the server did not answer in time', cause)
    : settingsFailure(address, cause, remedyOfTls(refusal));
}

/**
 * Explains settings that the Temporal client refuses before it connects: an address that is not `host:port`, or a
 * certificate that is not in PEM format.
 */
export function invalidSettings({ address }: TemporalSettings, error: Error): SuiteFailure {
  const pem = /PEM|asn1|certificate|key values/i.test(error.message);
  const place = pem ? (placeOf('clientCert') ?? placeOf('serverCACert')) : placeOf('address');
  return new SuiteFailure('TemporalSettings', `Cannot connect to Temporal at ${address}: ${error.message}`, {
    cause: error,
    hint: pem
      ? `Correct ${place ?? waysToSet('clientCert')}: the file must have PEM format, and the key must fit the certificate`
      : `Correct ${place ?? waysToSet('address')}: it is HOST:PORT, without https://`,
  });
}

/** Waits for an event of a connection, then ends it. @returns the code or message of the failure, or undefined */
function failureOf(socket: Socket, event: 'connect' | 'secureConnect' | 'data'): Promise<string | undefined> {
  return new Promise<string | undefined>((resolve) => {
    socket.setTimeout(TIMEOUT_MS, () => resolve(event === 'data' ? undefined : 'ETIMEDOUT'));
    socket.once(event, () => resolve(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.once('end', () => resolve('ECONNRESET'));
  }).finally(() => socket.destroy());
}

function noServer(address: string, what: string, cause: unknown): SuiteFailure {
  const text: Record<string, string> = {
    ECONNREFUSED: 'no program listens there',
    ENOTFOUND: 'the host name does not exist',
    EAI_AGAIN: 'the name server did not answer',
    ETIMEDOUT: 'the host did not answer',
  };
  const place = placeOf('address');
  return new SuiteFailure(
    'TemporalUnreachable',
    `Cannot connect to a Temporal server at ${address}: ${text[what] ?? what}`,
    place === undefined
      ? { cause }
      : { cause, hint: `Start the server (\`make up\` starts a local one), or correct ${place}` },
  );
}

function settingsFailure(address: string, cause: unknown, [what, hint]: Remedy): SuiteFailure {
  return new SuiteFailure('TemporalSettings', `Cannot connect to Temporal at ${address} with TLS: ${what}`, {
    cause,
    hint,
  });
}

/** @param code code of Node.js or OpenSSL */
function remedyOfTls(code: string): Remedy {
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST/.test(code)) {
    const place =
      placeOf('tls') ?? placeOf('apiKey') ?? placeOf('clientCert') ?? placeOf('serverCACert') ?? 'TEMPORAL_TLS';
    return ['the server does not use TLS', `Set TEMPORAL_TLS=false, or remove what turns TLS on: ${place}`];
  }
  if (/SELF_SIGNED|UNABLE_TO|UNKNOWN_CA|ISSUER/.test(code)) {
    const place = placeOf('serverCACert');
    const what = 'the certificate of the server is signed by an unknown authority';
    return place === undefined
      ? [what, `Set ${waysToSet('serverCACert')} to the certificate of that authority`]
      : [what, `Correct ${place}: it is not the authority of this server`];
  }
  if (/ALTNAME/.test(code)) {
    const place = placeOf('serverName');
    const what = `the certificate of the server is for another name`;
    return [what, `${place === undefined ? 'Set' : 'Correct'} ${place ?? waysToSet('serverName')}`];
  }
  if (/EXPIRED/.test(code)) {
    const ours = /ALERT/.test(code);
    return ours
      ? [
          'the client certificate has expired',
          `Renew the certificate in ${placeOf('clientCert') ?? waysToSet('clientCert')}`,
        ]
      : ['the certificate of the server has expired', 'Renew the certificate of the server'];
  }
  const [certificate, key] = [placeOf('clientCert'), placeOf('clientKey')];
  if (certificate === undefined || key === undefined) {
    const missing = certificate === undefined ? 'clientCert' : 'clientKey';
    return [
      `the server refused the connection without a client certificate (${code})`,
      `Set ${waysToSet(missing)}${certificate === key ? ` and ${waysToSet('clientKey')}` : ''}`,
    ];
  }
  return [
    `the server refused the client certificate (${code})`,
    `Correct ${certificate} and ${key}: the server must know the authority that signed the certificate`,
  ];
}

type Tls = Exclude<NonNullable<TemporalSettings['connectionOptions']['tls']>, boolean>;

function secureOptions(host: string, tls: Tls | true): ConnectionOptions {
  const { serverNameOverride = host, serverRootCACertificate: ca, clientCertPair } = tls === true ? ({} as Tls) : tls;
  return {
    servername: serverNameOverride,
    ALPNProtocols: ['h2'],
    ...(ca ? { ca: Buffer.from(ca) } : {}),
    ...(clientCertPair ? { cert: Buffer.from(clientCertPair.crt), key: Buffer.from(clientCertPair.key) } : {}),
  };
}

function parts(address: string): { host: string; port: number } {
  const [, host = address, port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(address) ?? [];
  return { host, port: port === undefined ? DEFAULT_PORT : Number(port) };
}
