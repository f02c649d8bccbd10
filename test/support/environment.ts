import { execa } from 'execa';

/**
 * What the tests' own process, and every server that it starts, may not take over from its caller: which Temporal, which
 * cluster and which PostgreSQL are meant, and which time zone it is. Mocha loads this file before any test. Everything
 * else stays, because what is installed on the way needs it: proxies, registries, caches.
 */
for (const name of Object.keys(process.env)) {
  if (/^(TEMPORAL_|PG)|^KUBECONFIG$/.test(name)) delete process.env[name];
}
process.env.TEMPORAL_CONFIG_FILE = '/dev/null';
process.env.TZ = 'UTC';

/**
 * The whole environment of a program under test: neither colours nor language, clusters, servers or configuration files
 * of the caller.
 */
export function environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: '/nonexistent', LANG: 'C.UTF-8', TZ: 'UTC', ...more };
}

/** Runs a program under test: `env` is all that it is given beside the above. */
export const isolated = execa({ env: environment(), extendEnv: false });
