import { type ClientConnectConfig, loadClientConfigProfile, loadClientConnectConfig } from '@temporalio/envconfig';
import { SuiteFailure } from '../suite/verdict/failure.js';

/** Where Temporal is, as the variables TEMPORAL_* or a profile say. */
export interface TemporalSettings {
  readonly connectionOptions: ClientConnectConfig['connectionOptions'];
  readonly address: string;
  readonly namespace: string;
}

/** Settings that a message names: variable, and key of a profile. */
const SETTINGS = {
  address: ['TEMPORAL_ADDRESS', 'address'],
  namespace: ['TEMPORAL_NAMESPACE', 'namespace'],
  apiKey: ['TEMPORAL_API_KEY', 'api_key'],
  tls: ['TEMPORAL_TLS', 'tls'],
  clientCert: ['TEMPORAL_TLS_CLIENT_CERT_PATH', 'tls.client_cert_path'],
  clientKey: ['TEMPORAL_TLS_CLIENT_KEY_PATH', 'tls.client_key_path'],
  serverCACert: ['TEMPORAL_TLS_SERVER_CA_CERT_PATH', 'tls.server_ca_cert_path'],
  serverName: ['TEMPORAL_TLS_SERVER_NAME', 'tls.server_name'],
} as const;

type Setting = keyof typeof SETTINGS;

/**
 * Reads Temporal's environment configuration: the variables TEMPORAL_*, and the profile TEMPORAL_PROFILE of
 * temporal.toml. Default: localhost:7233, namespace `default`, no TLS.
 *
 * @throws {SuiteFailure} `TemporalSettings`, when a file, a profile or a certificate cannot be read
 */
export function readTemporalSettings(): TemporalSettings {
  try {
    const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
    return { connectionOptions, address: connectionOptions.address ?? 'localhost:7233', namespace };
  } catch (error) {
    const { message } = error as Error;
    throw new SuiteFailure('TemporalSettings', `Cannot read the settings of Temporal: ${message.split('\n')[0]}`, {
      cause: error,
      hint: 'Correct TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE or TEMPORAL_TLS_*; show the profiles: temporal config list',
    });
  }
}

/** Names the place that has a setting, a variable or a profile; undefined when neither has it. */
export function placeOf(setting: Setting): string | undefined {
  const [variable, key] = SETTINGS[setting];
  const { env } = process;
  // A certificate can also be given as data: TEMPORAL_TLS_CLIENT_CERT_DATA.
  const set = [variable, variable.replace(/PATH$/, 'DATA')].find((name) => env[name] !== undefined);
  if (set !== undefined) return set;
  const profile = loadClientConfigProfile({ disableEnv: true });
  const value = setting in profile ? profile[setting as keyof typeof profile] : profile.tls?.[setting as 'serverName'];
  return value === undefined ? undefined : inProfile(key);
}

/** Names the variable and the key of the profile with which to give a setting. */
export function waysToSet(setting: Setting): string {
  const [variable, key] = SETTINGS[setting];
  return `${variable}, or ${inProfile(key)}`;
}

function inProfile(key: string): string {
  const { TEMPORAL_PROFILE: profile = 'default', TEMPORAL_CONFIG_FILE: file = 'temporal.toml' } = process.env;
  return `${key} of profile "${profile}" in ${file}`;
}
