import type { DevicePluginFacts } from '../run/cluster-facts.js';
import type { Candidate, Taint } from './candidate.js';

/** A DaemonSet that serves devices, with the conditions on the nodes where it runs. */
export interface DevicePlugin extends DevicePluginFacts {
  /** Absent when it runs on every node that has no taints. */
  readonly placement?: DaemonPlacement;
}

/** Conditions on the nodes of a DaemonSet, as in the template of its pods. */
export interface DaemonPlacement {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** Terms of the required node affinity, of which one must match. */
  readonly terms?: readonly NodeTerm[];
  readonly tolerations?: readonly DaemonToleration[];
}

export interface NodeTerm {
  readonly matchExpressions?: readonly NodeExpression[];
}

interface NodeExpression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

interface DaemonToleration {
  readonly key?: string | undefined;
  readonly operator?: string | undefined;
  readonly value?: string | undefined;
  readonly effect?: string | undefined;
}

/** A reason why a DaemonSet does not run on a node, with its remedy. */
interface Absence {
  readonly reason: string;
  readonly remedy: string;
}

/** Number of values that a message names. */
const SHOWN_VALUES = 6;

/** Explains why a DaemonSet does not run on a node; undefined when its conditions do not say so. */
export function whyAbsent({ placement = {} }: DevicePlugin, { labels, taints }: Candidate): Absence | undefined {
  const { nodeSelector = {}, terms = [], tolerations = [] } = placement;
  const wrong = Object.entries(nodeSelector).find(([key, value]) => labels[key] !== value);
  if (wrong) {
    const [key, value] = wrong;
    return {
      reason: `its nodeSelector requires the label ${key}=${value}, and ${has(labels, key)}`,
      remedy: `Add the label ${key}=${value} to the node, or change the nodeSelector of the DaemonSet`,
    };
  }
  const failed = terms.map(({ matchExpressions = [] }) => matchExpressions.find((one) => !matches(one, labels)));
  const [first] = failed;
  if (first && failed.every((expression) => expression !== undefined)) {
    return {
      reason: `its node affinity requires ${expressionText(first)}, and ${has(labels, first.key)}`,
      remedy: `Add ${labels[first.key] ?? 'the node'} to the node affinity of the DaemonSet; for an instance type, a newer version of the chart may have it`,
    };
  }
  const taint = taints.find((one) => isHard(one) && !tolerations.some((toleration) => tolerates(toleration, one)));
  if (!taint) return undefined;
  return {
    reason: `it does not tolerate the taint ${taint.key}:${taint.effect}`,
    remedy: `Add a toleration of ${taint.key} to the DaemonSet`,
  };
}

function has(labels: Readonly<Record<string, string>>, key: string): string {
  const value = labels[key];
  return value === undefined ? 'the node does not have that label' : `the node has ${key}=${value}`;
}

function expressionText({ key, operator, values = [] }: NodeExpression): string {
  const shown = values.slice(0, SHOWN_VALUES).join(', ');
  const more = values.length > SHOWN_VALUES ? ` and ${values.length - SHOWN_VALUES} more` : '';
  return `${key} ${operator}${values.length > 0 ? ` (${shown}${more})` : ''}`;
}

/** Returns whether labels satisfy an expression, by the rules of Kubernetes. */
function matches({ key, operator, values = [] }: NodeExpression, labels: Readonly<Record<string, string>>): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return Number(value) > Number(values[0]);
    case 'Lt':
      return Number(value) < Number(values[0]);
    default:
      return true;
  }
}

/** Returns true for a taint that keeps a DaemonSet away. The controller tolerates those of conditions (Kubernetes, "DaemonSet"). */
function isHard({ key, effect }: Taint): boolean {
  return effect !== 'PreferNoSchedule' && !key.startsWith('node.kubernetes.io/');
}

function tolerates({ key, operator, value, effect }: DaemonToleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (!key) return operator === 'Exists';
  return key === taint.key && (operator === 'Exists' || (value ?? '') === (taint.value ?? ''));
}
