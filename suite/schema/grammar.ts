import { z } from 'zod';
import { isSecretName, isSecretValue, isSwitch, secretReference } from '../secrets/redact.js';
import { strict } from './schema.js';
import { shown } from './shown.js';

/** zod building blocks for texts that Kubernetes, a shell or a tool reads, each with the grammar of its reader. */

/** Schema of a text with a grammar. Checks the length before the grammar. @param what names the text in messages */
function word(what: string, longest: number, grammar: RegExp, expected: string) {
  return z
    .string({ error: `expected ${what}` })
    .min(1, { error: `${what} is empty`, abort: true })
    .max(longest, { error: `${what} is longer than ${longest} characters`, abort: true })
    .regex(grammar, `is not ${what}: expected ${expected}`);
}

/** Schema of free text, which is shown and never read by a program. */
export const text = (longest: number) => z.string().max(longest, `is longer than ${longest} characters; shorten it`);

// Editors compile the patterns of the JSON Schema with and without the flag `u`, so these name the control characters.
const CONTROL = String.raw`\x00-\x1f\x7f-\x9f`;
const LINE = new RegExp(String.raw`^[^-\s${CONTROL}][^${CONTROL}]*$`);
const ARGUMENT = new RegExp(`^[^${CONTROL}]*$`);

/** Schema of one argument of a program, or of a name that becomes one: a line without control characters. */
export const line = (what: string, longest: number) =>
  word(what, longest, LINE, 'one line that does not begin with "-" or a space');

/** Schema of an argument of a program, which may begin with `-`. */
export const argument = () =>
  z
    .string()
    .max(MAX_ARGUMENT, { error: `is longer than ${MAX_ARGUMENT} characters`, abort: true })
    .regex(ARGUMENT, 'contains a control character; write each argument as one line');
const MAX_ARGUMENT = 8192;

/** Name of a Kubernetes object: a DNS-1123 subdomain (apimachinery, pkg/util/validation). */
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Qualified name: an optional DNS subdomain and `/`, then at most 63 characters (`IsQualifiedName`). */
const QUALIFIED =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(?=.{1,63}$)[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** Schema of the name of a Kubernetes object: a node, a Secret. */
export const objectName = (what: string) =>
  word(what, 253, SUBDOMAIN, 'a-z, 0-9, "-" and ".", with a letter or digit at both ends');

/** Schema of the key of a label or a taint. */
export const labelKey = (what: string) => word(what, 317, QUALIFIED, 'a name such as "zone" or "example.com/zone"');

/** Schema of the value of a label or a taint. */
export const labelValue = (what: string) =>
  z
    .string()
    .max(63, { error: `${what} is longer than 63 characters`, abort: true })
    .regex(
      /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/,
      `is not ${what}: expected letters, digits, "-", "_" and ".", with a letter or digit at both ends`,
    );

/** Schema of the name of an extended resource, which has a domain. */
export const resourceName = () =>
  word(
    'an extended resource',
    317,
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/(?=.{1,63}$)[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/,
    'a domain and a name, for example "vpc.amazonaws.com/efa"',
  );

const DOMAIN = String.raw`(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::\d{1,5})?`;
const PATH = String.raw`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`;
/** Image reference as in github.com/distribution/reference, `regexp.go`. */
const IMAGE = new RegExp(
  String.raw`^(?:${DOMAIN}/)?${PATH}(?:/${PATH})*(?::\w[\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,128})?$`,
);

/** Schema of an image reference with an optional tag and digest. */
export const imageReference = () =>
  word('an image', 512, IMAGE, 'a reference such as "registry.example.com/team/image:tag" or "…/image@sha256:…"');

/** Schema of a device or a list of devices, as UCX and NIXL read them: `mlx5_0:1`. A shell splits and prints them. */
export const devices = (what: string) =>
  word(what, 2048, /^[\w.:,-]+$/, 'letters, digits, "_", ".", ":", "-" and commas');

/** Prefix of the variables of the suite itself: they choose the counters that prove the path. */
const OF_SUITE = /^DYNAMO_BENCH_/i;

const environmentName = () =>
  word('the name of an environment variable', 253, /^[A-Za-z_][A-Za-z0-9_.-]*$/, 'letters, digits, "_", "." and "-"')
    .refine((name) => !OF_SUITE.test(name), 'belongs to the suite itself; remove the variable')
    // The key of a record: `__proto__` would be lost.
    .refine((name) => name !== '__proto__', 'is not the name of an environment variable');

const MAX_VALUE = 32_768;

/** Frames of the suite in the output of a pod begin so, in a line of a tool as well: a tool that prints its variables could add one. */
const FRAME = '@@dynamo-bench';

const environmentValue = () =>
  z
    .string()
    .max(MAX_VALUE, { error: `is longer than ${MAX_VALUE} characters`, abort: true })
    .refine((value) => !value.includes('\0'), 'contains a NUL character, which no environment can hold')
    .refine(
      (value) => !value.includes(FRAME),
      'contains "@@dynamo-bench", with which lines of the suite in a log begin',
    );

/** Schema of a reference to one key of a Secret in the namespace of the suite. */
const secretReferenceSchema = strict({
  valueFrom: strict({
    secretKeyRef: strict({
      name: objectName('the name of a Secret').meta({
        description: 'name of the Secret, in the namespace of the suite',
      }),
      key: word('the key of a Secret', 253, /^[-._A-Za-z0-9]+$/, 'letters, digits, "-", "_" and "."').meta({
        description: 'key in the Secret',
      }),
    }),
  }),
}).meta({ title: 'reference to a Secret' });

/** Reference to one key of a Secret, as in a pod. */
export type SecretKeyReference = z.output<typeof secretReferenceSchema>;

/** Value of a variable: a text, or a reference to a key of a Secret. */
export type EnvironmentValue = string | SecretKeyReference;

/** Returns whether a variable has a secret in clear. */
function isLiteralSecret(name: string, value: unknown): boolean {
  return typeof value === 'string' && (isSecretValue(value) || (isSecretName(name) && !isSwitch(value)));
}

/** What to do with a secret in clear. Never contains the value. */
function literalSecretText(name: string): string {
  return `looks like a secret, and the suite stores its spec in clear; put the value into a Secret and refer to it: {"valueFrom": {"secretKeyRef": {"name": "…", "key": "${shown(name)}"}}}`;
}

/** Explains why a container cannot have a variable with this value; undefined when it can. Never contains the value. */
export function variableProblem(name: string, value: string): string | undefined {
  if (isLiteralSecret(name, value)) return literalSecretText(name);
  const result = environmentValue().safeParse(value);
  return result.success ? undefined : result.error.issues[0]?.message;
}

const MAX_VARIABLES = 256;

const values = {
  reference: () => z.union([environmentValue(), secretReferenceSchema], { error: valueError }),
  nullable: () => z.union([environmentValue(), secretReferenceSchema, z.null()], { error: valueError }),
};

function valueError(issue: {
  readonly code?: string | undefined;
  readonly errors?: readonly (readonly {
    readonly code: string;
    readonly message: string;
    readonly path: readonly PropertyKey[];
  }[])[];
}): string {
  const own = (issue.errors ?? []).flat().filter(({ code, path }) => code !== 'invalid_type' || path.length > 0);
  return own[0]?.message ?? 'expected a text, or {"valueFrom": {"secretKeyRef": {"name": "…", "key": "…"}}}';
}

/** Schema of an object whose keys have a grammar, which the error of a wrong key explains. */
export function keyed<Key extends z.ZodType<string, string>, Value extends z.ZodType>(key: Key, value: Value) {
  return z.record(key, value, {
    error: (issue) =>
      issue.code === 'invalid_key' ? issue.issues.map(({ message }) => message).join('; ') : undefined,
  });
}

function variables<Value extends z.ZodType>(value: Value) {
  return keyed(environmentName(), value).superRefine((environment, context) => {
    const names = Object.keys(environment);
    if (names.length > MAX_VARIABLES) {
      context.addIssue({
        code: 'custom',
        message: `has ${names.length} variables; at most ${MAX_VARIABLES} are allowed`,
      });
    }
    for (const name of names) {
      if (!isLiteralSecret(name, environment[name])) continue;
      context.addIssue({ code: 'custom', path: [name], message: literalSecretText(name) });
    }
  });
}

/** Schema of the environment of a pod. */
export const environment = () => variables(values.reference());

/** Schema of an environment in which `null` removes a variable. */
export const nullableEnvironment = () => variables(values.nullable());

/** Schema of the version of a chart or a program. */
export const version = () => word('a version', 128, /^[\w][\w.+-]*$/, 'letters, digits, ".", "+", "-" and "_"');

/** Schema of the version of Dynamo in an image, as the webhook of the Dynamo operator accepts it. */
export const runtimeVersion = () =>
  word('a version of Dynamo', 64, /^\d+\.\d+\.\d+$/, 'three numbers, for example "1.6.1"');

/** Matches a tag that is a semantic version (semver.org), with or without the prefix `v`. */
const SEMANTIC_VERSION = /^v?(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[\dA-Za-z.-]+)?$/;

/** Returns whether the tag of an image is a semantic version. An image without a tag has none. */
export function hasVersionTag(image: string): boolean {
  const [name = ''] = image.split('@');
  const tag = /:([^:/]+)$/.exec(name)?.[1];
  return tag !== undefined && SEMANTIC_VERSION.test(tag);
}

/** Maximum length of the name of a folder that a workflow id becomes, in bytes; file systems take 255. */
const MAX_FOLDER_BYTES = 200;

/** Explains why a workflow id cannot identify a suite run; undefined when it can. It also names a folder of results. */
export function workflowIdProblem(id: string): string | undefined {
  if (id === '') return 'is empty';
  if (id === '.' || id === '..') return 'names a folder of the file system';
  if (id.length > MAX_FOLDER_BYTES) return `is longer than ${MAX_FOLDER_BYTES} characters`;
  if (/[\p{Cc}\p{Cs}]/u.test(id)) return 'contains a control character';
  const bytes = encodeURIComponent(id).length;
  return bytes > MAX_FOLDER_BYTES
    ? `needs ${bytes} characters in the name of a folder, which can have at most ${MAX_FOLDER_BYTES}; use a shorter id or more ASCII`
    : undefined;
}

/** Schema of the workflow id of a suite run. */
export const workflowId = () =>
  z
    .string()
    .max(MAX_FOLDER_BYTES)
    .superRefine((id, context) => {
      const message = workflowIdProblem(id);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    });

/** Returns an environment as texts: a reference to a Secret is named, and never resolved. */
export function environmentTexts(environment: Readonly<Record<string, EnvironmentValue>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : secretReference(value.valueFrom.secretKeyRef),
    ]),
  );
}

/** Returns an environment as the variables of a container. */
export function environmentVariables(
  environment: Readonly<Record<string, EnvironmentValue>>,
): ({ name: string; value: string } | ({ name: string } & SecretKeyReference))[] {
  return Object.entries(environment).map(([name, value]) =>
    typeof value === 'string' ? { name, value } : { name, ...value },
  );
}
