import type { Problem } from '../run/cluster-facts.js';
import { type Candidate, isWanted, type NodeRequirements } from './candidate.js';
import { type DevicePlugin, whyAbsent } from './daemon-placement.js';
import { type DeviceFamily, familyOf, usesServed } from './device-families.js';
import { type DeviceRequest, deviceRequests } from './device-requests.js';

/** What is missing, and where. */
interface Missing {
  readonly request: DeviceRequest;
  readonly family: DeviceFamily;
  readonly nodes: readonly Candidate[];
  /** `vpc.amazonaws.com/efa is missing on a, b`. */
  readonly text: string;
}

/** Number of nodes that a message names. */
const SHOWN_NODES = 8;

/**
 * Explains why selected nodes offer none of the devices that a rank requests: another name of the resource, the state of its device
 * plugin, or a DRA driver that gives them out by claims.
 *
 * @param plugins undefined when they are unknown, because the account may not list DaemonSets
 */
export function deviceProblems(
  spec: NodeRequirements,
  candidates: readonly Candidate[],
  plugins: readonly DevicePlugin[] | undefined,
): Problem[] {
  const matching = candidates.filter((candidate) => isWanted(spec, candidate));
  return deviceRequests(spec.resources).flatMap((request) => {
    const nodes = matching.filter(({ facts }) => (facts.allocatable[request.resource] ?? 0) === 0);
    if (nodes.length === 0) return [];
    const names = nodes.slice(0, SHOWN_NODES).map(({ facts }) => facts.name);
    const more = nodes.length > SHOWN_NODES ? ` and ${nodes.length - SHOWN_NODES} more` : '';
    const text = `${request.resource} is missing on ${names.join(', ')}${more}`;
    return problemsOf({ request, family: familyOf(request.resource, request.use), nodes, text }, plugins);
  });
}

function problemsOf(missing: Missing, plugins: readonly DevicePlugin[] | undefined): Problem[] {
  const { family, text, request } = missing;
  const renamed = otherNames(missing);
  if (renamed.length > 0) {
    const isOfOtherKind =
      family.use === 'network' && renamed.some(({ name }) => familyOf(name, 'network').title !== family.title);
    return [
      {
        subject: `resource ${request.resource}`,
        message: `${text}, but the nodes offer ${renamed.map(({ name, amount }) => `${name} (${amount})`).join(', ')}`,
        hint: `Set the name of the resource in ${request.nameKey} to one that these nodes offer${isOfOtherKind ? ', and fabric.kind to the network of these devices' : ''}`,
      },
    ];
  }
  const bare = missing.nodes.filter(({ facts }) => family.absentFrom?.(facts.instanceType));
  if (bare.length === missing.nodes.length) {
    const types = [...new Set(bare.map(({ facts }) => facts.instanceType))];
    return [
      {
        subject: `${family.title} devices`,
        message: `${text}, and the suite knows no ${family.title} of ${types.join(', ')}`,
        hint: `Choose nodes whose instance type has ${family.title} (docs/instance-types.md lists them), or set fabric.kind to the network of these nodes`,
      },
    ];
  }
  const subject = `${family.title} device plugin`;
  if (!plugins) {
    return [
      {
        subject,
        message: `${text}; the state of the device plugin is unknown, because this account may not list DaemonSets`,
        hint: 'Check it with an account that may: kubectl get daemonsets --all-namespaces',
      },
    ];
  }
  const waiting = plugins.filter(
    (plugin) => family.before && isAbout(plugin, family.before) && plugin.ready < plugin.desired,
  );
  if (waiting.length > 0) return waiting.map((plugin) => notReady(plugin, missing));
  const serving = plugins.filter((plugin) => isAbout(plugin, family.plugins) && !isAbout(plugin, family.dra));
  const drivers = plugins.filter((plugin) => isAbout(plugin, family.dra) && !isOfAnotherUse(plugin, family));
  // A device plugin that keeps away from the nodes of a driver is right to do so.
  const beside = drivers.filter((driver) => driver.desired > 0 && runsOnAll(driver, missing.nodes));
  if (beside.length > 0 && serving.every((plugin) => !runsOnAny(plugin, missing.nodes)))
    return beside.map((driver) => givenByClaims(driver, missing));
  if (serving.length > 0) return serving.map((plugin) => serviceProblem(plugin, missing));
  if (drivers.length > 0) return drivers.map((driver) => givenByClaims(driver, missing));
  const others = plugins.filter((plugin) => !isOfAnotherUse(plugin, family));
  // The name of a plugin whose use is unknown may hide that it is the one.
  const hidden = others.filter((plugin) => usesServed(plugin).length === 0);
  if (hidden.length > 0) {
    return [
      {
        subject,
        message: `${text}, and no DaemonSet is by its name or image ${article(family.title)} ${family.title} device plugin; of ${hidden.map(stateOf).join(', ')} the suite does not know what it offers`,
        hint: `Check whether one of these should offer ${request.resource}, and its pods and log on these nodes: kubectl -n ${hidden[0]?.namespace} get pods -o wide; if none should: ${family.install}`,
      },
    ];
  }
  return [
    {
      subject,
      message: `the cluster has no DaemonSet of ${article(family.title)} ${family.title} device plugin, so ${text}${others.length > 0 ? `; other device plugins: ${others.map(nameOf).join(', ')}` : ''}`,
      hint: `${family.install}${others.length > 0 ? `, or check whether one of the others should offer ${request.resource}` : ''}`,
    },
  ];
}

function runsOnAll(plugin: DevicePlugin, nodes: readonly Candidate[]): boolean {
  return nodes.every((node) => whyAbsent(plugin, node) === undefined);
}

function runsOnAny(plugin: DevicePlugin, nodes: readonly Candidate[]): boolean {
  return plugin.desired > 0 && nodes.some((node) => whyAbsent(plugin, node) === undefined);
}

/** Lists the resources for the same use that every node without the requested one offers, each with its number. */
function otherNames({ request, family, nodes }: Missing): { readonly name: string; readonly amount: number }[] {
  const [first] = nodes;
  return Object.entries(first?.facts.allocatable ?? {})
    .filter(([name, amount]) => amount > 0 && name !== request.resource && name.includes('/'))
    .filter(([name]) => family.use !== 'other' && familyOf(name).use === family.use)
    .filter(([name]) => nodes.every(({ facts }) => (facts.allocatable[name] ?? 0) > 0))
    .map(([name, amount]) => ({ name, amount }));
}

/** Returns the problem of a device plugin that should offer the devices. */
function serviceProblem(plugin: DevicePlugin, missing: Missing): Problem {
  const { family, nodes, text } = missing;
  const subject = `${family.title} device plugin ${plugin.namespace}/${plugin.name}`;
  const absent = nodes.map((node) => ({ node, why: whyAbsent(plugin, node) })).find(({ why }) => why !== undefined);
  if (absent?.why) {
    const { node, why } = absent;
    return {
      subject,
      message: `does not run on ${node.facts.name} (${plugin.desired} pods are desired, ${plugin.image}): ${why.reason}; so ${text}`,
      hint: why.remedy,
    };
  }
  if (plugin.desired === 0) {
    return {
      subject,
      message: `runs on no node (0 pods are desired, ${plugin.image}), so ${text}`,
      hint: `Compare its nodeSelector, node affinity and tolerations with the labels and taints of these nodes: kubectl -n ${plugin.namespace} get daemonset ${plugin.name} -o yaml`,
    };
  }
  if (!isReady(plugin)) return notReady(plugin, missing);
  return {
    subject,
    message: `all ${plugin.desired} pods are ready (${plugin.image}), but ${text}`,
    hint: family.none,
  };
}

function notReady({ namespace, name, image, ready, desired }: DevicePlugin, { family, text }: Missing): Problem {
  return {
    subject: `${family.title} device plugin ${namespace}/${name}`,
    message: `${ready} of ${desired} pods are ready (${image}), and ${text}`,
    hint: `Check its pods with kubectl -n ${namespace} get pods -o wide, and that its tolerations cover the taints of these nodes`,
  };
}

/**
 * A DRA driver gives devices to pods that name a ResourceClaim. AWS allows no device plugin beside it on a node (Amazon EKS
 * User Guide, "Manage EFA devices on Amazon EKS").
 */
function givenByClaims(driver: DevicePlugin, { family, request, text }: Missing): Problem {
  const state = isReady(driver) ? '' : `, of which ${driver.ready} of ${driver.desired} pods are ready,`;
  return {
    subject: `${family.title} devices`,
    message: `${nameOf(driver)}${state} gives out devices by DRA (ResourceClaims) and not as an extended resource, so ${text}`,
    hint: `${family.claim(request.resource)}; or choose nodes with the device plugin of ${request.resource} and without the driver`,
  };
}

/** Returns true for a DaemonSet that serves only devices for another use. */
function isOfAnotherUse(plugin: DevicePlugin, { use }: DeviceFamily): boolean {
  const served = usesServed(plugin);
  return served.length > 0 && !served.includes(use);
}

function isReady({ ready, desired }: DevicePlugin): boolean {
  return desired > 0 && ready >= desired;
}

function isAbout({ name, image }: DevicePlugin, word: RegExp): boolean {
  return word.test(name) || word.test(image);
}

function nameOf({ namespace, name, image }: DevicePlugin): string {
  return `${namespace}/${name} (${image})`;
}

function stateOf(plugin: DevicePlugin): string {
  return `${nameOf(plugin)}, of which ${plugin.ready} of ${plugin.desired} pods are ready,`;
}

function article(title: string): string {
  return /^[EO]/.test(title) || title === 'RDMA' ? 'an' : 'a';
}
