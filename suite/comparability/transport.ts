import { ec2InstanceType } from '../hardware/instance-type.js';
import type { TransportCell } from '../record/record.js';
import { isSameNode } from '../schema/placement.js';
import { INVALIDATING_REASONS } from '../verdict/reasons.js';
import {
  agreed,
  type Comparability,
  compareFields,
  type Effect,
  type FieldRow,
  type Fields,
  keyOfFields,
  readEntries,
  readFields,
  toComparability,
} from './field-differences.js';

/** The parts of a cell record that decide whether two cells are comparable. */
export type Subject = Pick<
  TransportCell,
  'measurement' | 'ceiling' | 'usableCeiling' | 'path' | 'parameters' | 'provenance'
>;
type Provenance = NonNullable<Subject['provenance']>;
type Node = Provenance['nodes'][number];

/** The measured quantity, and the NICs that the test could use. */
const CELL_FIELDS: readonly FieldRow<Subject>[] = [
  ['metric', 'forbids', ({ measurement }) => measurement?.metric],
  ['scope', 'forbids', ({ measurement }) => measurement?.scope],
  ['conditions', 'forbids', ({ measurement }) => measurement?.conditions],
  ['placement', 'forbids', ({ parameters }) => (isSameNode(parameters) ? 'same-node' : 'two-nodes')],
  ['nics', 'forbids', (cell) => ceilingOf(cell)?.nics],
  ['lineRate', 'forbids', lineRate],
  // A lost NIC is a regression, so a difference must not forbid the comparison that shows it.
  [
    'nicsThatMoved',
    'reported',
    ({ path }) => (path?.status === 'proven' ? Object.keys(path.devices).length : undefined),
  ],
];

/** The software and the nodes. */
const PROVENANCE_FIELDS: readonly FieldRow<Provenance>[] = [
  ['suiteVersion', 'reported', ({ suiteVersion }) => suiteVersion],
  ['specHash', 'reported', ({ specHash }) => specHash],
  ['seed', 'reported', ({ seed }) => seed],
  ['devicePlugins', 'reported', ({ devicePlugins }) => devicePlugins],
  ['image', 'forbids', ofNodes(({ imageId }) => imageId)],
  // Ranks of records without this field had the only capability that ranks could have.
  ['privilege', 'forbids', ofNodes(({ privilege = 'IPC_LOCK' }) => privilege)],
  ['pod', 'forbids', ({ pod }) => pod],
  ['instanceType', 'forbids', ofNodes(({ instanceType }) => ec2InstanceType(instanceType))],
  ['nodes', 'reported', ({ nodes }) => nodes.map(({ name }) => name)],
  ['zone', 'reported', ofNodes(({ zone }) => zone)],
  ['topology', 'reported', ({ nodes }) => nodes.map(({ topology }) => topology)],
  ['kernel', 'reported', ofNodes(({ kernelVersion }) => kernelVersion)],
  ['osImage', 'reported', ofNodes(({ osImage }) => osImage)],
  ['kubelet', 'reported', ofNodes(({ kubeletVersion }) => kubeletVersion)],
];

/** Variables that configure the measured libraries. */
const LIBRARY_VARIABLE = /^(?:FI_|UCX_|NIXL_|NCCL_|OFI_|EFA_|RDMAV_|IBV_|CUDA_|LD_PRELOAD|LD_LIBRARY_PATH|OMP_)/;

/** Variables that differ in every pod. */
const POD_VARIABLE = /^(?:HOSTNAME|HOME|PWD|OLDPWD|SHLVL|_|KUBERNETES_.*|DYNAMO_BENCH_.*)$/;

/** Maps that each node has, with the effect of a difference in one of their entries. */
const NODE_MAPS: readonly (readonly [
  key: 'drivers' | 'versions' | 'environment',
  effectOf: (name: string) => Effect | undefined,
])[] = [
  ['drivers', () => 'reported'],
  ['versions', () => 'forbids'],
  [
    'environment',
    (name) => (POD_VARIABLE.test(name) ? undefined : LIBRARY_VARIABLE.test(name) ? 'forbids' : 'reported'),
  ],
];

/** Options that control how often, how long and why a test runs. They do not affect the figure of one repetition. */
const SCHEDULING_OPTIONS: ReadonlySet<string> = new Set([
  'name',
  'required',
  'onFailure',
  'repetitions',
  'warmupCells',
  'adaptive',
  'timeout',
  'stallTimeout',
  'claimed',
  'expect',
  'numIter',
  'warmupIter',
  'iterations',
  'warmupIterations',
  'port',
]);

/**
 * Compares the conditions of two transport cells: lists the fields in which they differ, and decides whether their figures
 * are comparable.
 *
 * These differences forbid a comparison: the measured quantity (metric, scope, options such as block sizes and memory
 * types), the software (image digest, versions of tools and libraries, variables that configure them), the pods (privilege, and
 * the part of the patch that does not only schedule them) and the hardware
 * (instance type, number and rate of the usable NICs). All other differences are only reported. A field that one cell does
 * not have counts as a difference.
 */
export function compareTransportCells(a: Subject, b: Subject): Comparability {
  const compared = compareFields(fieldsOf(a), fieldsOf(b));
  if (a.provenance || b.provenance) return compared;
  return toComparability([...compared.differences, { field: 'provenance', a: 'unknown', b: 'unknown', forbids: true }]);
}

/**
 * Returns a text that is equal for two cells if only `ignored` fields, and no other that forbids a comparison, differ.
 *
 * @param ignored names of fields as in the differences of `compareTransportCells`
 */
export function comparisonKey(cell: Subject, ignored: ReadonlySet<string>): string {
  return keyOfFields(fieldsOf(cell), ignored);
}

/**
 * Returns the figure of a transport cell when it is valid: measured, with a proven path, possible on the hardware,
 * consistent with the other figures of the cell, and not a warm-up. Undefined otherwise.
 */
export function validValue(
  cell: Pick<TransportCell, 'measurement' | 'failure' | 'path' | 'reasons' | 'warmUp'>,
): number | undefined {
  const invalid = cell.warmUp || cell.failure || cell.reasons.some(({ code }) => INVALIDATING_REASONS.has(code));
  return !invalid && cell.path?.status === 'proven' ? cell.measurement?.value : undefined;
}

function fieldsOf(cell: Subject): Fields {
  const { parameters = {}, provenance } = cell;
  return new Map([
    ...readFields(CELL_FIELDS, cell),
    ...readEntries('parameters', parameters, effectOfOption),
    ...(provenance ? [...readFields(PROVENANCE_FIELDS, provenance), ...nodeMapFields(provenance)] : []),
  ]);
}

/** `env` is compared variable by variable, as the nodes' effective environment, and `placement` with its default. */
function effectOfOption(option: string): Effect | undefined {
  if (option === 'env' || option === 'placement') return undefined;
  return SCHEDULING_OPTIONS.has(option) ? 'reported' : 'forbids';
}

function nodeMapFields({ nodes }: Provenance) {
  return NODE_MAPS.flatMap(([key, effectOf]) => {
    const names = new Set(nodes.flatMap((node) => Object.keys(node[key])));
    const values = [...names].map((name) => [name, agreed(nodes.map((node) => node[key][name] ?? '–'))]);
    return readEntries(key, Object.fromEntries(values), effectOf);
  });
}

/** Reads a field that each node has: one value when they agree. */
function ofNodes(read: (node: Node) => unknown): (provenance: Provenance) => unknown {
  return ({ nodes }) => agreed(nodes.map(read));
}

/** The ceiling of the NICs that the test could use; records of earlier versions have only one ceiling. */
function ceilingOf({ ceiling, usableCeiling = ceiling }: Subject): Subject['ceiling'] {
  return usableCeiling;
}

function lineRate(cell: Subject): number | undefined {
  const ceiling = ceilingOf(cell);
  return ceiling && ceiling.bytesPerSecond / ceiling.nics;
}
