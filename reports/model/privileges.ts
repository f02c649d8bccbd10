import type { SuiteRecord } from '../../suite/record/record.js';

/**
 * Names the privileges with which ranks and Dynamo's workers ran, each with its number of cells when they differ. Empty for records
 * of earlier versions, which do not say.
 */
export function privilegeNotes({ tests, dynamo }: SuiteRecord): string[] {
  const ofRanks = tests.flatMap(({ cells }) =>
    cells.map(({ provenance }) => namesOf(provenance?.nodes.map(({ privilege }) => privilege) ?? [])),
  );
  const workers = (dynamo?.tests ?? []).flatMap(({ cells }) =>
    cells.map(({ pods }) =>
      namesOf(pods.filter(({ role }) => role !== 'frontend' && role !== 'discovery').map(({ privilege }) => privilege)),
    ),
  );
  return [...note('ranks', ofRanks), ...note('Dynamo’s workers', workers)];
}

function namesOf(privileges: readonly (string | undefined)[]): string {
  return [...new Set(privileges.filter((name) => name !== undefined))].join(' and ');
}

function note(pods: string, privileges: readonly string[]): string[] {
  const counts = [...Map.groupBy(privileges, (name) => name)].filter(([name]) => name !== '');
  if (counts.length === 0) return [];
  const texts = counts.map(([name, cells]) => (counts.length === 1 ? name : `${name} in ${cells.length} cells`));
  return [`privilege of ${pods}: ${texts.join(', ')}`];
}
