import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

/**
 * `npm run pod-types`: writes the fields of a Pod to `suite/pod/pod-types.ts`, from the OpenAPI definitions in the sources of the
 * Kubernetes version that the local cluster runs. It needs Go, which downloads these sources.
 */

interface Property {
  readonly type?: string;
  readonly format?: string;
  readonly $ref?: string;
  readonly items?: Property;
  readonly additionalProperties?: Property;
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-patch-merge-key'?: string;
}

interface Definition {
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Property>>;
}

const ROOTS = ['io.k8s.api.core.v1.PodSpec', 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'];

/** Definitions that are written as one value. */
const SCALARS: Readonly<Record<string, string>> = {
  Quantity: 'quantity',
  IntOrString: 'int-or-string',
  Time: 'time',
  FieldsV1: 'any',
};

const file = (path: string) => new URL(`../${path}`, import.meta.url);
const version = /^KUBERNETES_VERSION=(v[\d.]+)$/m.exec(readFileSync(file('local/lib/kubebox.sh'), 'utf8'))?.[1];
if (!version) throw new Error('local/lib/kubebox.sh does not set KUBERNETES_VERSION');
const download = execFileSync('go', ['mod', 'download', '-json', `k8s.io/kubernetes@${version}`], { encoding: 'utf8' });
const { Dir: folder } = JSON.parse(download) as { Dir: string };
const { definitions } = JSON.parse(readFileSync(`${folder}/api/openapi-spec/swagger.json`, 'utf8')) as {
  definitions: Readonly<Record<string, Definition>>;
};

const shortName = (name: string) => name.slice(name.lastIndexOf('.') + 1);
const types = new Map<string, Record<string, string>>();
const open = [...ROOTS];

function textOf(property: Property): string {
  const { $ref, items, additionalProperties, type = 'any' } = property;
  if (items) {
    const key = property['x-kubernetes-patch-merge-key'];
    const isMerged = property['x-kubernetes-patch-strategy']?.split(',').includes('merge') ?? false;
    return `${textOf(items)}[]${isMerged ? (key ? ` by ${key}` : ' merged') : ''}`;
  }
  if (additionalProperties) return `${textOf(additionalProperties)}{}`;
  if ($ref === undefined) return type;
  const name = $ref.slice($ref.lastIndexOf('/') + 1);
  const scalar = SCALARS[shortName(name)];
  if (scalar === undefined) open.push(name);
  return scalar ?? shortName(name);
}

for (let name = open.pop(); name !== undefined; name = open.pop()) {
  if (types.has(shortName(name))) continue;
  const { properties = {}, required = [] } = definitions[name] ?? {};
  const fields = Object.entries(properties).map(([field, property]): [string, string] => {
    return [field, `${textOf(property)}${required.includes(field) ? ' required' : ''}`];
  });
  types.set(shortName(name), Object.fromEntries(fields));
}

const sorted = Object.fromEntries([...types].sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(
  file('suite/pod/pod-types.ts'),
  `/** Fields of a Pod, from the OpenAPI definitions of Kubernetes. \`npm run pod-types\` writes this file. */

/** Version of Kubernetes whose fields these are. */
export const POD_TYPES_VERSION = '${version}';

/**
 * Type of every field: a word or the name of another type, followed by \`[]\` for a list or \`{}\` for a map. A strategic merge
 * merges the items of \`[] by KEY\` by their key and those of \`[] merged\` as a set, and replaces all other lists.
 * \`required\`: the API server refuses an object without the field.
 */
export const POD_TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = ${JSON.stringify(sorted, null, 2)};
`,
);
execFileSync('npx', ['biome', 'check', '--write', 'suite/pod/pod-types.ts'], { cwd: file('.'), stdio: 'inherit' });
