import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { surveyCluster } from '../../cluster/survey.js';
import { Cluster } from '../../kubernetes/client/cluster.js';
import { FABRIC_KINDS, type FabricSpec } from '../../suite/fabrics/registry.js';
import { type Proposal, proposeSpec } from '../../suite/init/proposal.js';
import { parseSuite } from '../../suite/plan/check-suite.js';
import { EXIT } from '../options/exit-code.js';
import { WrongUse } from '../options/wrong-use.js';
import { commentedYaml } from '../output/commented-yaml.js';
import { addHelp } from '../output/help-text.js';
import { complain, say } from '../output/say.js';

interface InitOptions {
  readonly context?: string;
  readonly namespace: string;
  readonly name: string;
  readonly image?: string;
  readonly fabric?: FabricSpec['kind'];
  readonly rate?: string;
  readonly hostMemory?: true;
  readonly output?: string;
  readonly force?: true;
  readonly json?: true;
}

/** `dynamo-bench init`: looks at a cluster and writes a suite spec that fits it. */
export function initCommand(): Command {
  const command = new Command('init')
    .description(
      'Look at a cluster and write a commented suite spec that fits it: nodes, fabric, devices, taints, networks, images. Changes nothing in the cluster.',
    )
    .option('--context <name>', 'context of the kubeconfig (default: the current one)')
    .option('--namespace <name>', 'namespace for the objects of the suite', 'dynamo-bench')
    .option('--name <name>', 'name of the suite', 'my-cluster')
    .option('--image <reference>', 'image of the ranks, with the tools (default: that of a suite spec)')
    .addOption(
      new Option('--fabric <kind>', 'kind of fabric to measure (default: what the nodes offer)').choices(
        FABRIC_KINDS.map(({ name }) => name),
      ),
    )
    .option('--rate <rate>', 'rate of the network of one node for ethernet, otherwise of one NIC: 25Gbit/s')
    .option('--host-memory', 'measure between host memory although the nodes have GPUs')
    .option('-o, --output <file>', 'write the spec to this file (default: standard output)')
    .option('--force', 'replace an existing file')
    .option('--json', 'write JSON without comments, which the Temporal CLI can read')
    .action(async (options: InitOptions) => {
      const survey = await surveyCluster(Cluster.connect(options.context), options);
      const proposal = proposeSpec(survey, options);
      if ('problem' in proposal) {
        complain(`error: ${proposal.problem}\n  → ${proposal.hint}`);
        process.exitCode = EXIT.fail;
        return;
      }
      // A name, an image or a rate from the command line can be wrong.
      parseSuite(proposal.spec);
      const text = options.json ? `${JSON.stringify(proposal.spec, null, 2)}\n` : yamlOf(proposal, options);
      if (options.output === undefined) {
        say(text.trimEnd());
        return;
      }
      await writeNew(options.output, text, options.force === true);
      for (const note of proposal.notes) say(note);
      say(`Wrote ${options.output}. Next: dynamo-bench plan ${options.output} --cluster`);
    });
  return addHelp(command, {
    examples: [
      ['Write a spec for the current cluster', 'dynamo-bench init --output my-cluster.yaml'],
      ['Check it against the cluster, then run it', 'dynamo-bench plan my-cluster.yaml --cluster'],
      ['Measure plain Ethernet of 25 Gbit/s', 'dynamo-bench init --fabric ethernet --rate 25Gbit/s --host-memory'],
      ['Write a spec for the Temporal CLI', 'dynamo-bench init --json --output my-cluster.json'],
    ],
    notes:
      'The account needs permission to list nodes. What it may not list is named in the spec. The exit code is 1 when no\nspec fits the cluster.',
  });
}

function yamlOf({ spec, comments, notes }: Proposal, { context }: InitOptions): string {
  const heading = [
    `Suite spec for ${context ? `the context ${context}` : 'the current context'}, by dynamo-bench init.`,
  ];
  return commentedYaml(spec, [...heading, ...notes], comments);
}

/** Writes a file. Keeps an existing one unless it may be replaced. */
async function writeNew(file: string, text: string, replace: boolean): Promise<void> {
  try {
    await writeFile(file, text, { flag: replace ? 'w' : 'wx' });
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
    const hint = exists ? 'Choose another file, or add --force to replace it' : 'Choose a file that you may write';
    throw new WrongUse(exists ? `${file} exists` : `Cannot write ${file}: ${(error as Error).message}`, hint, error);
  }
}
