import type { RankPlace, RankRun, Readiness } from '../common/tool.js';
import type { FiPingpongSpec } from './spec.js';

/** Returns the options that both ranks must share. The script adds `-S`, the address and the control port. */
function commonOptions({ provider, domain, endpoint, iterations, checkData }: FiPingpongSpec): string[] {
  return [
    ...(provider === undefined ? [] : ['-p', `'${provider}'`]),
    ...(domain === undefined ? [] : ['-d', `'${domain}'`]),
    '-e',
    endpoint,
    '-I',
    String(iterations),
    ...(checkData ? ['-c'] : []),
  ];
}

/** Returns the name of a test's script. */
export function scriptFile(test: string): string {
  return `pingpong-${test}.sh`;
}

/**
 * Returns the script of both ranks. fi_pingpong takes one size and serves one client, so each size has one
 * process on both sides. The client waits for the server of the next size: exit code 111 is ECONNREFUSED.
 */
export function pingpongScript(test: FiPingpongSpec): string {
  return `#!/bin/sh
# Runs fi_pingpong once for each message size.
#
#   $1  address of the server; absent for the server itself
PATH=$PATH:/opt/amazon/efa/bin
role=server
if [ $# -gt 0 ]; then
  role=client
  set -- -P ${test.port} "$1"
else
  set -- -B ${test.port}
fi
pause=0
for size in ${test.sizes.join(' ')}; do
  [ $role = server ] || sleep $pause
  pause=1
  tries=30
  echo "# size $size"
  until fi_pingpong ${commonOptions(test).join(' ')} -S "$size" "$@"; do
    code=$?
    tries=$((tries - 1))
    [ $role = client ] && [ "$code" -eq 111 ] && [ "$tries" -gt 0 ] || exit "$code"
    sleep 1
  done
done
`;
}

/** Returns the command of one rank: the server without an address, the client with that of the server. */
export function runPingpong(test: FiPingpongSpec, { folder, server }: RankPlace): RankRun {
  const address = server === undefined ? [] : [server];
  return { command: ['/bin/sh', `${folder}/${scriptFile(test.name)}`, ...address], environment: {} };
}

/** Returns the control port as the sign of readiness, because the server prints nothing until it has ended. */
export function pingpongReadiness({ port }: FiPingpongSpec): Readiness {
  return { kind: 'listening', ports: [port] };
}

/** Finds options that the usage text of fi_pingpong does not list. */
export function unknownPingpongOptions(test: FiPingpongSpec, help: string): string[] {
  const known = new Set([...help.matchAll(/^[ \t]*(-[A-Za-z])\b/gm)].map((match) => match[1]));
  const wanted = [...commonOptions(test).filter((option) => /^-[A-Za-z]$/.test(option)), '-S', '-P', '-B'];
  return wanted.filter((option) => !known.has(option));
}
