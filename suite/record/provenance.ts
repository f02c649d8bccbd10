import { distanceText, pairLocation } from '../cluster/location.js';
import { measuringPart } from '../pod/measuring-part.js';
import type { PodPatch } from '../pod/patch.js';
import { SUITE_VERSION } from '../run/version.js';
import { redactEnvironment, redactJson } from '../secrets/redact.js';
import { mappedVersions } from '../tools/common/mapped-libraries.js';
import type { Provenance, RankRecord, SetupRecord } from './record.js';

/**
 * Builds the provenance of a cell from set-up and from the ranks of the measured attempt. Uses the facts of the probe on its
 * node for a rank without evidence, whose pod did not run.
 *
 * @param specHash SHA-256 of the spec in canonical JSON
 * @param ranks ranks of the last attempt
 * @param pod patch of the pods in the spec
 */
export function provenanceOf(input: {
  readonly specHash: string;
  readonly seed: number;
  readonly setup: SetupRecord;
  readonly ranks: readonly RankRecord[];
  readonly pod?: PodPatch | undefined;
}): Provenance {
  const { specHash, seed, setup, ranks } = input;
  const pod = measuringPart(input.pod);
  const nodes = (['node1', 'node2'] as const).flatMap((position): Provenance['nodes'][number][] => {
    const rank = ranks.find((candidate) => candidate.position === position);
    const name = rank?.node ?? setup.pair?.[position];
    if (name === undefined) return [];
    const node = setup.nodes.find((candidate) => candidate.name === name);
    const probe = setup.probes.find((candidate) => candidate.node === name);
    return [
      {
        position,
        name,
        instanceType: node?.instanceType ?? 'unknown',
        zone: node?.zone ?? 'unknown',
        topology: node?.topology ?? {},
        kernelVersion: node?.kernelVersion ?? 'unknown',
        osImage: node?.osImage ?? 'unknown',
        kubeletVersion: node?.kubeletVersion ?? 'unknown',
        drivers: probe?.drivers ?? {},
        imageId: rank?.imageId || (probe?.imageId ?? 'unknown'),
        versions: { ...probe?.versions, ...mappedVersions(rank?.libraries ?? []) },
        environment: redactEnvironment({ ...probe?.environment, ...rank?.environment }),
        command: rank?.command ?? [],
        ...(rank?.privilege === undefined ? {} : { privilege: rank.privilege }),
      },
    ];
  });
  const [node1, node2] = nodes;
  const distance = pairLocation(node1?.topology, node2?.topology);
  return {
    suiteVersion: SUITE_VERSION,
    specHash,
    seed,
    nodes,
    ...(pod === undefined ? {} : { pod: redactJson({ ...pod }) }),
    ...(distanceText(distance) === undefined ? {} : { distance }),
    devicePlugins: setup.devicePlugins.map(({ image }) => image).sort(),
  };
}
