import { TOOLS } from '../tools/registry.js';

/** Sections that the probe script always prints, in its order. */
const SECTIONS = [
  'memlock',
  'capabilities',
  'meminfo',
  'environment',
  'fi-info-present',
  'fi-info-efa',
  'libfabric',
  'ucx',
  'getent-present',
  'etcd-host',
  'efa-driver',
  'nvidia-driver',
  'efa-installer',
  'nixl',
  'end',
] as const;

/** Sections before the last one, in any place, that the script prints only for some images, or that earlier versions do not print. */
const OPTIONAL: ReadonlySet<string> = new Set([
  'nixl-plugins',
  'links',
  ...TOOLS.flatMap(({ name }) => [name, `${name}-help`]),
]);

const SECTION = /^@@dynamo-bench section (.{0,200})$/;

/**
 * Describes what is wrong with the log of a probe pod that was cut or mixed with another one; undefined for a whole log. A
 * section that is missing would look like a tool that the image lacks.
 */
export function probeLogDamage(log: string): string | undefined {
  const found = log.split(/\r?\n/).flatMap((line) => SECTION.exec(line)?.slice(1) ?? []);
  const twice = found.find((name, i) => found.indexOf(name) !== i);
  if (twice !== undefined) return `section ${twice} is in the log twice`;
  const missing = SECTIONS.find((name) => !found.includes(name));
  if (missing !== undefined) return `section ${missing} is missing`;
  const unknown = found.find((name) => !OPTIONAL.has(name) && !(SECTIONS as readonly string[]).includes(name));
  if (unknown !== undefined) return `section "${unknown}" is unknown`;
  const always = found.filter((name) => !OPTIONAL.has(name));
  const inOrder = SECTIONS.every((name, i) => always[i] === name) && found.at(-1) === SECTIONS.at(-1);
  return inOrder ? undefined : 'the sections are not in the order of the script';
}
