import { spawnSync } from 'node:child_process';

/** Result of a look-up of known vulnerabilities in the production dependencies. */
export type Audit =
  | { readonly state: 'clean' }
  | { readonly state: 'vulnerable'; readonly lines: readonly string[] }
  /** The registry has no answer, such as a mirror without the list of advisories. */
  | { readonly state: 'unanswered'; readonly reason: string };

interface Output {
  readonly auditReportVersion?: number;
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string }>>;
  readonly message?: string;
  readonly error?: { readonly summary?: string };
}

/** Asks npm's registry for known vulnerabilities of the production dependencies. */
export function audit(root: string): Audit {
  const { stdout, stderr } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { cwd: root, encoding: 'utf8' });
  return readAudit(stdout ?? '', stderr ?? '');
}

/** Reads the output of `npm audit --json`. Output without a report means that the registry did not answer. */
export function readAudit(stdout: string, stderr: string): Audit {
  const { auditReportVersion, vulnerabilities = {}, message, error } = parse(stdout);
  if (auditReportVersion === undefined) {
    return { state: 'unanswered', reason: message || error?.summary || stderr.trim().split('\n')[0] || 'no output' };
  }
  const lines = Object.entries(vulnerabilities).map(([name, { severity, range }]) => `${name} ${range}: ${severity}`);
  return lines.length === 0 ? { state: 'clean' } : { state: 'vulnerable', lines };
}

function parse(text: string): Output {
  try {
    return JSON.parse(text) as Output;
  } catch {
    return {};
  }
}
