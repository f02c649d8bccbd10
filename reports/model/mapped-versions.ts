import type { SuiteRecord } from '../../suite/record/record.js';
import { mappedVersions } from '../../suite/tools/common/mapped-libraries.js';

/** The part of the probe that names the version of each project. */
const PROBED_WITH: Readonly<Record<string, string>> = {
  ucx: 'ucx_info of the image',
  libfabric: 'fi_info of the image',
  nixl: 'NIXL’s package in the image',
};

/**
 * Lists the libraries that ran and are not those of which the probe printed the version:
 * `nixl-ucx on a: ucx 1.22.0 as mapped; ucx_info of the image says 1.13.1`. Names all tests and nodes for which the same
 * is true in one note.
 */
export function mappedVersionNotes({ tests, setup }: Pick<SuiteRecord, 'tests' | 'setup'>): string[] {
  const places = new Map<string, { tests: Set<string>; nodes: Set<string> }>();
  for (const { name, cells } of tests) {
    for (const { node, libraries = [] } of cells.flatMap(({ attempts }) => attempts.at(-1)?.ranks ?? [])) {
      const probed = setup.probes.find((probe) => probe.node === node)?.versions ?? {};
      for (const [project, version] of Object.entries(mappedVersions(libraries))) {
        if (version === probed[project]) continue;
        const says = probed[project] === undefined ? 'finds none' : `says ${probed[project]}`;
        const note = `${project} ${version} as mapped; ${PROBED_WITH[project]} ${says}`;
        const place = places.get(note) ?? { tests: new Set(), nodes: new Set() };
        place.tests.add(name);
        place.nodes.add(node);
        places.set(note, place);
      }
    }
  }
  return [...places].map(
    ([note, { tests: named, nodes }]) => `${[...named].join(', ')} on ${[...nodes].join(' and ')}: ${note}`,
  );
}
