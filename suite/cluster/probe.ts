import type { LinkReading } from '../fabrics/common/link-reading.js';
import { fabricKindOf } from '../fabrics/registry.js';
import type { PluginFolder, ProbeFacts, Problem } from '../run/cluster-facts.js';
import { redactEnvironment } from '../secrets/redact.js';
import { nicsOfPod } from '../spec/rank-resources.js';
import type { SuiteSpec } from '../spec/spec.js';
import { linesOf } from '../tools/common/lines-of.js';
import { contentText } from '../tools/common/plugin-folder.js';
import type { Tool } from '../tools/common/tool.js';
import { TOOLS, type TransportTestSpec, toolOf } from '../tools/registry.js';
import { SuiteFailure } from '../verdict/failure.js';
import { linkDifferences } from './link-differences.js';

/** Matches the line in front of each section of the probe's output. */
const SECTION = /^@@dynamo-bench section ([a-z0-9-]{1,60})$/;

/** Bit number of CAP_IPC_LOCK in a capability mask (linux/capability.h). */
const CAP_IPC_LOCK = 14n;

type ProbedTool = Tool<TransportTestSpec> & Required<Pick<Tool<TransportTestSpec>, 'probe'>>;

/** Tools whose version and options a probe pod prints. */
const PROBED: readonly ProbedTool[] = TOOLS.filter((tool): tool is typeof tool & ProbedTool => 'probe' in tool);

/**
 * Arguments of the probe script, three for each tool: its name, its program, and the option that prints the program's
 * options.
 */
export const PROBE_ARGUMENTS = PROBED.flatMap(({ name, probe }) => [name, probe.program, probe.helpOption]);

/** Characters of the longest section; the options of a program have a tenth of it. */
const LONGEST_SECTION = 2 ** 18;

/** Characters of all facts of a probe, which are a payload of Temporal. */
const MOST_FACTS = 500_000;

/**
 * Parses the output of a probe pod. Sections are empty when the image lacks the program that fills them.
 *
 * @throws {SuiteFailure} `LogUnreadable` when a section is longer than any program's answer
 */
export function readProbe(log: string, node: string, imageId: string): ProbeFacts {
  const sections = sectionsOf(log, node);
  const lines = (name: string) => sections.get(name) ?? [];
  const first = (name: string) => lines(name)[0]?.trim() ?? '';
  const hugepages = /HugePages_Free:\s{1,40}(\d{1,15})/.exec(lines('meminfo').join('\n'))?.[1];
  const capabilities = /^CapEff:\s{1,40}([0-9a-f]{1,16})$/.exec(first('capabilities'))?.[1];
  const fiInfo = lines('fi-info-efa');
  const named = (name: string, found: string | undefined) => (found ? { [name]: found } : {});
  const find = (tool: string, pattern: RegExp) => pattern.exec(lines(tool).join('\n'))?.[1];
  const version = (tool: string, pattern: RegExp) => named(tool, find(tool, pattern));
  const helpText = (tool: string) => lines(`${tool}-help`).join('\n');
  const environment = redactEnvironment(
    Object.fromEntries(
      lines('environment').flatMap((line) => {
        const at = line.indexOf('=');
        return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
      }),
    ),
  );
  const folder = environment.NIXL_PLUGIN_DIR;
  const facts: ProbeFacts = {
    node,
    imageId,
    ...(first('fi-info-present') === 'yes'
      ? { efaDomains: fiInfo.filter((line) => /^\s*domain:/.test(line)).length }
      : {}),
    memlock: first('memlock') || 'unknown',
    ...(capabilities ? { ipcLock: ((BigInt(`0x${capabilities}`) >> CAP_IPC_LOCK) & 1n) === 1n } : {}),
    ...(hugepages ? { hugepagesFree: Number(hugepages) } : {}),
    ...(first('getent-present') === 'yes'
      ? { etcdAddresses: lines('etcd-host').map((line) => line.trim().split(/\s+/)[0] ?? '') }
      : {}),
    versions: {
      ...version('ucx', /(?:Library version:|# Version|UCT version=)\s{0,40}([\d.]{1,60})/),
      ...version('libfabric', /libfabric:\s{0,40}([\d.]{1,60}\S{0,60})/),
      ...named('nixl', firstOf(lines('nixl'), /^[\d.]\S{0,119}$/)),
      ...Object.assign(
        {},
        ...PROBED.map(({ name, probe }) =>
          named(name, (probe.version && find(name, probe.version)) ?? probe.versionOfHelp?.(helpText(name))),
        ),
      ),
      ...named('efa-installer', firstOf(lines('efa-installer').map(endOf), /[\d.]{0,59}\d$/)),
    },
    drivers: {
      ...named('efa', /^([\d.]{1,60}\S{0,60})/.exec(first('efa-driver'))?.[1]),
      ...named('nvidia', nvidiaDriver(lines('nvidia-driver'))),
    },
    environment,
    ...(sections.has('links') ? { links: linksOf(lines('links')) } : {}),
    ...(folder && sections.has('nixl-plugins') ? { plugins: pluginFolder(folder, lines('nixl-plugins')) } : {}),
    help: Object.fromEntries(PROBED.map(({ name }) => [name, helpText(name)])),
  };
  if (JSON.stringify(facts).length > MOST_FACTS) throw tooLong('all sections', node, MOST_FACTS);
  return facts;
}

/** Reads the lines about the ports of the RDMA devices of the pod. */
function linksOf(lines: readonly string[]): LinkReading[] {
  return lines.flatMap((line) => {
    const [device, port, linkLayer, rate, state] = line.split('\t');
    if (!device || !/^\d{1,4}$/.test(port ?? '')) return [];
    const named = (name: string, value: string | undefined) => (value ? { [name]: value.trim() } : {});
    return [
      {
        device,
        port: Number(port),
        ...named('linkLayer', linkLayer),
        ...named('rate', rate),
        ...named('state', state),
      },
    ];
  });
}

/** Divides the output into its sections, without blank lines. */
function sectionsOf(log: string, node: string): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  let section = 'before the first one';
  let current: string[] = [];
  let characters = 0;
  for (const line of linesOf(log)) {
    const name = SECTION.exec(line)?.[1];
    if (name) {
      section = name;
      current = [];
      characters = 0;
      sections.set(name, current);
      continue;
    }
    if (line.trim() === '') continue;
    characters += line.length + 1;
    if (characters > LONGEST_SECTION) {
      throw tooLong(`the section ${section}`, node, LONGEST_SECTION);
    }
    current.push(line);
  }
  return sections;
}

function tooLong(what: string, node: string, most: number): SuiteFailure {
  const message = `${what} in the output of the probe pod on ${node} is longer than ${most} characters`;
  return new SuiteFailure('LogUnreadable', message, { hint: LONG_PROBE_HINT });
}

/** Remedy for a probe pod with too much output. */
export const LONG_PROBE_HINT =
  'Check the stored output of the probe pod and the image: a program in it prints far more than its version and options';

/** Returns the first match of a pattern in the lines, each without surrounding space. */
function firstOf(lines: readonly string[], pattern: RegExp): string | undefined {
  for (const line of lines) {
    const [found] = pattern.exec(line.trim()) ?? [];
    if (found) return found;
  }
  return undefined;
}

/** Characters at the end of a line in which a version is searched. */
const LONGEST_VERSION = 60;

function endOf(line: string): string {
  return line.trimEnd().slice(-LONGEST_VERSION);
}

const KERNEL_MODULE = 'Kernel Module';

/** Reads the version from `NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build …`. */
function nvidiaDriver(lines: readonly string[]): string | undefined {
  const text = lines.join('\n');
  const at = text.indexOf(KERNEL_MODULE);
  const [line = ''] = at < 0 ? [] : text.slice(at + KERNEL_MODULE.length, at + 400).split('\n', 1);
  return /\s(\d{1,9}\.\d{1,9}(?:\.\d{1,9})?)\s/.exec(`${line}\n`)?.[1];
}

function pluginFolder(folder: string, lines: readonly string[]): PluginFolder {
  const files = lines.filter((line) => line.startsWith('libplugin_'));
  return { folder, files, ...(lines.includes('missing') ? { missing: true } : {}) };
}

/** Formats the memory that the image may lock: `unlimited`, `64 kB`, or `64 kB, which IPC_LOCK lifts`. */
export function memlockText({ memlock, ipcLock }: Pick<ProbeFacts, 'memlock' | 'ipcLock'>): string {
  if (!isLimit(memlock)) return memlock;
  return `${memlock} kB${ipcLock ? ', which IPC_LOCK lifts' : ''}`;
}

function isLimit(memlock: string): boolean {
  return memlock !== 'unlimited' && memlock !== 'unknown';
}

/** Lists the problems that the probes of both nodes found, each with its remedy. */
export function probeProblems(spec: SuiteSpec, probes: readonly ProbeFacts[], etcdEndpoint: string): Problem[] {
  return [
    ...probes.flatMap((probe) => probeProblemsOf(spec, probe, etcdEndpoint)),
    ...differences(probes),
    ...linkDifferences(spec, probes),
  ];
}

function probeProblemsOf(spec: SuiteSpec, probe: ProbeFacts, etcdEndpoint: string): Problem[] {
  const problems: Problem[] = [];
  const problem = (message: string, hint: string) =>
    problems.push({ subject: `image on ${probe.node}`, message, hint });

  const { efaDomains } = probe;
  const memlockLimit = isLimit(probe.memlock) && !probe.ipcLock ? memlockText(probe) : undefined;
  const nics = nicsOfPod(spec.resources);
  for (const found of fabricKindOf(spec.fabric).probeProblems({ efaDomains, memlockLimit }, nics)) {
    problem(found.message, found.hint);
  }
  if (probe.etcdAddresses?.length === 0) {
    problem(
      `the etcd host of ${etcdEndpoint} does not resolve in the pod`,
      'Check the cluster DNS; with hostNetwork the pod needs dnsPolicy ClusterFirstWithHostNet',
    );
  }
  if (probe.environment.NIXL_ETCD_ENDPOINTS) {
    problem(
      `the image sets NIXL_ETCD_ENDPOINTS=${probe.environment.NIXL_ETCD_ENDPOINTS}`,
      'Remove the variable from the image; with it, NIXL exchanges metadata through that etcd instead of through nixlbench',
    );
  }
  return [...problems, ...toolProblems(spec, probe), ...pluginProblems(spec, probe)];
}

/** Lists tools and options that the tests need and the image lacks. A missing tool is listed once. */
function toolProblems({ tests }: SuiteSpec, probe: ProbeFacts): Problem[] {
  const subject = `image on ${probe.node}`;
  const missing = new Map<string, Problem>();
  const unknown: Problem[] = [];
  for (const test of tests) {
    const tool = toolOf(test);
    if (!tool.probe) continue;
    const { program, helpOption } = tool.probe;
    const help = helpOf(probe)[tool.name] ?? '';
    const options = help === '' ? [] : tool.unknownOptions(test, help);
    if (help === '') {
      missing.set(tool.name, {
        subject,
        message: `\`${program} ${helpOption}\` printed nothing`,
        hint: `Use an image with ${program} on its PATH, or remove the test from the spec`,
      });
    } else if (options.length > 0) {
      unknown.push({
        subject,
        message: `test ${test.name}: ${program} in this image lacks ${options.join(', ')}`,
        hint: `Use an image with a newer ${program}, or remove the option from the test`,
      });
    }
  }
  return [...missing.values(), ...unknown];
}

/** Lists the NIXL plug-ins that the tests need and the folder lacks, each once. */
function pluginProblems({ tests }: SuiteSpec, { node, plugins }: ProbeFacts): Problem[] {
  if (!plugins) return [];
  const { folder, files } = plugins;
  const needed = new Map<string, string>();
  for (const test of tests) {
    const plugin = toolOf(test).nixlPlugin?.(test);
    const ownFolder = test.env.NIXL_PLUGIN_DIR;
    if (plugin !== undefined && (ownFolder === undefined || ownFolder === folder) && !needed.has(plugin)) {
      needed.set(plugin, test.name);
    }
  }
  return [...needed]
    .filter(([plugin]) => !files.includes(plugin))
    .map(([plugin, test]) => ({
      subject: `image on ${node}`,
      message: `test ${test} needs ${plugin}, but NIXL_PLUGIN_DIR is ${folder}, which ${contentText(plugins)}`,
      hint: `Set NIXL_PLUGIN_DIR to the folder that contains ${plugin}, or unset it, and NIXL uses the folder \`plugins\` beside libnixl.so; or use an image with the plug-in`,
    }));
}

/** Returns the usage texts by tool. Histories of earlier versions contain only that of nixlbench. */
function helpOf({ help, nixlbenchHelp = '' }: ProbeFacts): Readonly<Record<string, string>> {
  return help ?? { nixlbench: nixlbenchHelp };
}

function differences([first, second]: readonly ProbeFacts[]): Problem[] {
  if (!first || !second) return [];
  const problems: Problem[] = [];
  const differ = (what: string, a: unknown, b: unknown, hint: string) => {
    if (a !== b)
      problems.push({ subject: 'pair', message: `${what} differ: ${first.node} ${a}, ${second.node} ${b}`, hint });
  };
  differ(
    'EFA devices',
    first.efaDomains ?? 'unknown',
    second.efaDomains ?? 'unknown',
    'Check the device plugin on both nodes; the ranks need the same NIC count',
  );
  for (const tool of Object.keys({ ...first.versions, ...second.versions })) {
    differ(
      `${tool} versions`,
      first.versions[tool] ?? 'unknown',
      second.versions[tool] ?? 'unknown',
      'Use an image digest instead of a tag; both ranks must run the same build',
    );
  }
  if (first.imageId && second.imageId) {
    differ(
      'image digests',
      first.imageId,
      second.imageId,
      'Use a digest, or imagePullPolicy Always; the tag points to different images on the two nodes',
    );
  }
  return problems;
}
