import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { audit } from './audit.ts';
import { copyPackages, copyProduct } from './contents.ts';
import { licenceProblems } from './licences.ts';
import { noticeText } from './notice.ts';
import { productionPackages } from './packages.ts';
import { softwareBill } from './sbom.ts';

/**
 * Makes the contents of the image, for Dockerfile and local/images alike, and checks what the image contains. Node.js runs
 * this file as it is. Run it in the root of the checkout.
 *
 *   node image/main.ts check            licences of the production dependencies, and whether NOTICE is up to date
 *   node image/main.ts audit            known vulnerabilities of the production dependencies, if the registry answers
 *   node image/main.ts notice           writes NOTICE
 *   node image/main.ts sbom FILE        writes the software bill of materials (CycloneDX)
 *   node image/main.ts packages FOLDER  writes node_modules of the image below FOLDER
 *   node image/main.ts product FOLDER   writes the rest below FOLDER: the compiled code, manifests, notices, bill
 */
const ROOT = process.cwd();
const NOTICE = join(ROOT, 'NOTICE');
const packages = productionPackages(join(ROOT, 'package-lock.json'));

const COMMANDS: Readonly<Record<string, (target: string) => void>> = {
  check,
  audit: lookUpVulnerabilities,
  notice: () => writeFileSync(NOTICE, noticeText(packages)),
  sbom: (file) => writeFileSync(file, softwareBill(ROOT)),
  packages: (folder) => copyPackages(ROOT, packages, folder),
  product(folder) {
    mkdirSync(folder, { recursive: true });
    copyProduct(ROOT, folder);
    writeFileSync(join(folder, 'sbom.cdx.json'), softwareBill(ROOT));
  },
};

function check(): void {
  const problems = licenceProblems(packages);
  if (readFileSync(NOTICE, 'utf8') !== noticeText(packages)) {
    problems.push('NOTICE is out of date: run node image/main.ts notice');
  }
  for (const problem of problems) console.log(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`${packages.length} production dependencies have allowed licences`);
}

function lookUpVulnerabilities(): void {
  const result = audit(ROOT);
  if (result.state === 'unanswered') {
    console.log(`skipped: the registry does not answer npm audit (${result.reason}); run it with another registry`);
    return;
  }
  const lines = result.state === 'vulnerable' ? result.lines : ['no known vulnerabilities in production dependencies'];
  for (const line of lines) console.log(line);
  if (result.state === 'vulnerable') process.exitCode = 1;
}

const [verb = '', target = ''] = process.argv.slice(2);
const command = COMMANDS[verb];
if (!command || (command.length > 0 && target === '')) {
  console.error(`usage: node image/main.ts check|audit|notice|sbom FILE|packages FOLDER|product FOLDER`);
  process.exitCode = 2;
} else {
  command(target);
}
