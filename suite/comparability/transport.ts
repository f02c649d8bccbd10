import type { CellRecord } from '../record/record.js';
import { agreed, type Comparability, comparability, differencesOf, type Field, textOf } from './field-differences.js';

/** What is compared of a cell. */
export type Subject = Pick<
  CellRecord,
  'measurement' | 'ceiling' | 'usableCeiling' | 'path' | 'parameters' | 'provenance'
>;

/**
 * Options of a test that say how often, how long and why it runs. A difference is named, and forbids nothing: the figure
 * of one repetition does not depend on it.
 */
const HOW_OFTEN: ReadonlySet<string> = new Set([
  'name',
  'required',
  'onFailure',
  'repetitions',
  'warmupCells',
  'adaptive',
  'timeout',
  'claimed',
  'expect',
  'numIter',
  'warmupIter',
  'iterations',
  'warmupIterations',
  'port',
]);

/** Variables that steer the libraries that are measured. */
const STEERING = /^(?:FI_|UCX_|NIXL_|NCCL_|OFI_|EFA_|RDMAV_|IBV_|CUDA_|LD_PRELOAD|LD_LIBRARY_PATH|OMP_)/;

/** Variables that differ between any two pods. */
const OF_THE_POD = /^(?:HOSTNAME|HOME|PWD|OLDPWD|SHLVL|_|KUBERNETES_.*|DYNAMO_BENCH_.*)$/;

/**
 * Names the fields in which two cells differ, and whether their figures may be held against each other.
 *
 * Forbidding: what is measured (metric, scope, options such as block sizes and memory types), what measured it (image
 * digest, versions of tools and libraries, variables that steer them) and on what (instance type, number and rate of the
 * NICs that the test could use). Named only: the number of NICs that moved, because one that is lost is a regression;
 * node names, zone, topology, kernel, drivers, device plugins, suite version, spec and seed. A field that one side does
 * not know forbids as well, because nobody can say that it is the same.
 */
export function comparable(a: Subject, b: Subject): Comparability {
  const differences = differencesOf(fieldsOf(a), fieldsOf(b));
  if (!a.provenance && !b.provenance) {
    differences.push({ field: 'provenance', a: 'unknown', b: 'unknown', forbids: true });
  }
  return comparability(differences);
}

/**
 * The figure, if it may be compared at all: measured, proven to have taken the path, possible on the hardware, in
 * agreement with itself, and no warm-up.
 */
export function comparableValue(
  cell: Pick<CellRecord, 'measurement' | 'failure' | 'path' | 'reasons' | 'warmUp'>,
): number | undefined {
  const kept = cell.reasons.every(({ code }) => !KEPT_OUT.has(code));
  return kept && !cell.warmUp && !cell.failure && cell.path?.status === 'proven' ? cell.measurement?.value : undefined;
}

/** Reasons that keep a figure out of every comparison. */
const KEPT_OUT: ReadonlySet<string> = new Set([
  'implausible',
  'wrong-path',
  'path-unproven',
  'figures-disagree',
  'parameters-differ',
]);

function fieldsOf({
  measurement,
  ceiling,
  usableCeiling = ceiling,
  path,
  parameters,
  provenance,
}: Subject): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field>();
  const add = (name: string, value: unknown, forbids: boolean) => {
    if (value !== undefined) fields.set(name, { text: textOf(value), forbids });
  };
  add('metric', measurement?.metric, true);
  add('scope', measurement?.scope, true);
  add('conditions', measurement?.conditions, true);
  add('nics', usableCeiling?.nics, true);
  add('nicsThatMoved', path?.status === 'proven' ? Object.keys(path.devices).length : undefined, false);
  add('lineRate', usableCeiling && usableCeiling.bytesPerSecond / usableCeiling.nics, true);
  for (const [option, value] of Object.entries(parameters ?? {})) {
    if (option !== 'env') add(`parameters.${option}`, value, !HOW_OFTEN.has(option));
  }
  if (!provenance) return fields;
  add('suiteVersion', provenance.suiteVersion, false);
  add('specHash', provenance.specHash, false);
  add('seed', provenance.seed, false);
  add('devicePlugins', provenance.devicePlugins, false);
  const { nodes } = provenance;
  const each = <T>(pick: (node: (typeof nodes)[number]) => T) => agreed(nodes.map(pick));
  add(
    'image',
    each(({ imageId }) => imageId),
    true,
  );
  add(
    'instanceType',
    each(({ instanceType }) => instanceType.replace(/^ml\./, '')),
    true,
  );
  add(
    'nodes',
    nodes.map(({ name }) => name),
    false,
  );
  add(
    'zone',
    each(({ zone }) => zone),
    false,
  );
  add(
    'topology',
    nodes.map(({ topology }) => topology),
    false,
  );
  add(
    'kernel',
    each(({ kernelVersion }) => kernelVersion),
    false,
  );
  add(
    'osImage',
    each(({ osImage }) => osImage),
    false,
  );
  add(
    'kubelet',
    each(({ kubeletVersion }) => kubeletVersion),
    false,
  );
  for (const name of namesOf(nodes.map(({ drivers }) => drivers)))
    add(
      `drivers.${name}`,
      each(({ drivers }) => drivers[name] ?? '–'),
      false,
    );
  for (const name of namesOf(nodes.map(({ versions }) => versions)))
    add(
      `versions.${name}`,
      each(({ versions }) => versions[name] ?? '–'),
      true,
    );
  for (const name of namesOf(nodes.map(({ environment }) => environment))) {
    if (OF_THE_POD.test(name)) continue;
    add(
      `environment.${name}`,
      each(({ environment }) => environment[name] ?? '–'),
      STEERING.test(name),
    );
  }
  return fields;
}

function namesOf(records: readonly Readonly<Record<string, string>>[]): string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))];
}
