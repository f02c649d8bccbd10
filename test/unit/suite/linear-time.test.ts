import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { startRefusal } from '../../../kubernetes/pods/start-refusal.js';
import { parseAiperf } from '../../../suite/aiperf/aiperf.js';
import { readLoadLog } from '../../../suite/aiperf/load-log.js';
import { findCause } from '../../../suite/aiperf/messages.js';
import { readProbe } from '../../../suite/cluster/probe.js';
import { EFA_SIGNS } from '../../../suite/fabrics/efa/signs.js';
import { diagnose } from '../../../suite/judge/diagnosis.js';
import { lastLines } from '../../../suite/judge/rank-end.js';
import { redactEnvironment, redactText } from '../../../suite/secrets/redact.js';
import { ownOutput, readRankLog } from '../../../suite/tools/common/log-lines.js';
import { severityOf, statementOf } from '../../../suite/tools/common/log-prefix.js';
import { classifyOutput } from '../../../suite/tools/common/messages.js';
import { flagsOf } from '../../../suite/tools/nixlbench/command.js';
import { nixlbenchIdentity } from '../../../suite/tools/nixlbench/identity.js';
import { parseNixlbenchTable } from '../../../suite/tools/nixlbench/parse.js';
import { TOOLS } from '../../../suite/tools/registry.js';
import { parseUcxOutput } from '../../../suite/tools/ucx-perftest/parse.js';
import { adversarialTexts } from '../../support/adversarial.js';
import { growthOf } from '../../support/growth.js';
import { regexLiterals } from '../../support/regex-literals.js';

/** Folders whose patterns search texts that a pod, an image or the cluster can choose. */
const FOLDERS = [
  'suite/tools',
  'suite/judge',
  'suite/aiperf',
  'suite/kv',
  'suite/cluster',
  'suite/fabrics',
  'suite/engines',
  'suite/run',
  'kubernetes',
  'activities',
  'cluster',
];
const ROOT = process.env.LINEAR_TIME_ROOT ?? fileURLToPath(new URL('../../../../', import.meta.url));

/** Largest growth of the CPU time on ten times the input. Linear work has 10, quadratic work 100. */
const MOST_GROWTH = 40;
const LENGTH = 2500;

/** Patterns that are built from parts; the literals are found in the sources. */
const BUILT = TOOLS.flatMap(({ messages, signs }) => [...messages, ...signs]).flatMap(({ text }) =>
  text instanceof RegExp ? [text] : [],
);

function slowTexts(pattern: RegExp): string[] {
  const work = (text: string) => {
    // A copy, because a pattern with the flag g continues where it stopped.
    for (const _ of text.matchAll(new RegExp(pattern, `${pattern.flags.replace('g', '')}g`)));
  };
  for (const text of adversarialTexts(pattern)) {
    const growth = growthOf(work, text, LENGTH);
    if (growth > MOST_GROWTH) return [`${growth.toFixed(0)} × on ${JSON.stringify(text(30).slice(0, 60))}`];
  }
  return [];
}

const section = (name: string) => (text: string) => readProbe(`@@dynamo-bench section ${name}\n${text}`, 'n', 'i');
const SECTIONS = [
  'meminfo',
  'capabilities',
  'environment',
  'fi-info-efa',
  'libfabric',
  'ucx',
  'etcd-host',
  'efa-driver',
  'nvidia-driver',
  'efa-installer',
  'nixl',
  'nixlbench',
  'nixlbench-help',
  'nixl-plugins',
  'fi-pingpong',
];

const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
  readRankLog: (text) => readRankLog(text),
  'readRankLog with times': (text) =>
    readRankLog(`2026-01-05T02:30:00.000000000Z a\n${text}\n2026-01-05T02:30:00.000000000Z b`),
  readLoadLog: (text) => readLoadLog(text),
  parseAiperf: (text) => parseAiperf(text),
  findCause: (text) => findCause(text.split('\n')),
  ...Object.fromEntries(SECTIONS.map((name) => [`readProbe ${name}`, section(name)])),
  ...Object.fromEntries(
    TOOLS.map((tool) => [
      `messages of ${tool.name}`,
      (text: string) => classifyOutput(tool, ownOutput(readRankLog(text))),
    ]),
  ),
  diagnose: (text) => diagnose(EFA_SIGNS, text.split('\n')),
  lastLines: (text) => lastLines(readRankLog(text).timeline),
  severityOf: (text) => severityOf(text),
  statementOf: (text) => statementOf(text),
  redactText: (text) => redactText(text),
  redactEnvironment: (text) => redactEnvironment({ A: text }),
  flagsOf: (text) => flagsOf(text),
  nixlbenchIdentity: (text) => nixlbenchIdentity(text.split('\n')),
  parseNixlbenchTable: (text) => parseNixlbenchTable(['Block Size (B)', ...text.split('\n')]),
  parseUcxOutput: (text) => parseUcxOutput(text.split('\n'), false, 8),
  startRefusal: (text) =>
    startRefusal({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [] },
      status: { phase: 'Failed', reason: 'UnexpectedAdmissionError', message: text },
    }),
};

const PARTS = [
  '\n',
  ' ',
  '1',
  '.',
  'a',
  '1 ',
  '\n1',
  'a\n',
  '1.1 ',
  '=',
  '{',
  '"',
  '[',
  '@@dynamo-bench ',
  '@@dynamo-bench {}\n',
  '1970-01-01T00:00:00.000000000Z ',
  'CUDA: ',
  'nixlbench',
  'entry.sh',
  'ibv_reg_mr',
  'fi_mr_reg',
  'libfabric:',
  'UCX  ERROR ',
  'Kernel Module ',
  'version ',
  'a://',
  'token:',
  'eyJ-',
  '..inf |software emulation',
  'Registered as rank 1 item 1 of 2\n',
];

describe('the time for a text from outside', function () {
  this.timeout(300_000);

  it('grows with its length and not with the square of it, for every pattern', async () => {
    const literals = await regexLiterals(ROOT, FOLDERS);
    assert.ok(literals.length > 100, `${literals.length} patterns`);
    const all = [...literals, ...BUILT.map((pattern) => ({ file: 'messages and signs', pattern }))];
    const slow = all.flatMap(({ file, pattern }) => slowTexts(pattern).map((text) => `${file}: ${pattern}: ${text}`));
    assert.deepEqual(slow, []);
  });

  it('grows with its length and not with the square of it, for every parser', () => {
    const slow = Object.entries(PARSERS).flatMap(([name, parse]) =>
      PARTS.flatMap((part) =>
        ['', '\u2028!'].flatMap((tail) => {
          const growth = growthOf(parse, (length) => part.repeat(Math.ceil(length / part.length)) + tail, LENGTH);
          return growth > MOST_GROWTH ? [`${name}: ${growth.toFixed(0)} × on ${JSON.stringify(part)}`] : [];
        }),
      ),
    );
    assert.deepEqual(slow, []);
  });
});
