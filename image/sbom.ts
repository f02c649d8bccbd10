import { execFileSync } from 'node:child_process';

/**
 * Makes the software bill of materials (CycloneDX) of the production dependencies from the lockfile, with npm's own
 * command. Leaves out its random serial number and its time, so that the same lockfile gives the same bytes.
 *
 * @param root checkout; its packages need not be installed
 */
export function softwareBill(root: string): string {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only'];
  const bill = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 }));
  delete bill.serialNumber;
  delete bill.metadata.timestamp;
  // npm takes the name of the folder for that of a private package.
  bill.metadata.component.name = 'dynamo-bench';
  return `${JSON.stringify(bill, null, 2)}\n`;
}
