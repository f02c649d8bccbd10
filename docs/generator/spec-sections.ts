import { RENAMED_KEYS } from '../../suite/schema/renamed-keys.js';
import { specJsonSchema } from '../../suite/spec/spec.js';
import { code, heading, sentence, table } from './markdown.js';
import { type JsonSchema, typeText } from './schema-types.js';

/** Keys that other people's documents define; they are listed and not described. */
const FOREIGN: ReadonlySet<string> = new Set(['dynamo.model.config']);

/** A key of the suite spec, with its path. */
interface Key {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** One section for each object of the suite spec, with a table of its keys. */
export function specSections(): string {
  return section('', specJsonSchema() as JsonSchema).join('\n\n');
}

/** Former names of keys, which are still read. */
export function formerKeyTable(): string {
  return table(
    ['Former key', 'Current key'],
    RENAMED_KEYS.map(({ in: path, former, current }) => {
      const at = (key: string) => code([...path, key].join('.').replaceAll('.*', '[]'));
      return [at(former), at(current)];
    }),
  );
}

function section(path: string, schema: JsonSchema): string[] {
  const variants = variantsOf(schema);
  const title = path === '' ? 'Top level' : code(path);
  const about = schema.description ? [sentence(schema.description)] : [];
  const [only] = variants;
  if (variants.length === 1 && only) {
    return [heading(3, title), ...about, keyTable(path, keysOf(only)), ...children(path, keysOf(only))];
  }
  const all = variants.map(keysOf);
  const shared = (all[0] ?? []).filter((key) => all.every((keys) => keys.some((other) => isSame(key, other))));
  return [
    heading(3, title),
    ...about,
    ...(shared.length > 0 ? ['Keys of every kind:', keyTable(path, shared)] : []),
    ...children(path, shared),
    ...all.flatMap((keys) => {
      const tag = keys.find(({ schema: key }) => isTag(key));
      const own = keys.filter((key) => key !== tag && !shared.some((other) => isSame(key, other)));
      const name = `${code(path)} with ${code(`"${tag?.name}": "${tag?.schema.const}"`)}`;
      return [heading(4, name), own.length > 0 ? keyTable(path, own) : 'No further keys.', ...children(path, own)];
    }),
  ];
}

function children(path: string, keys: readonly Key[]): string[] {
  return keys.flatMap(({ name, schema }) => {
    const child = objectIn(schema);
    const at = join(path, name);
    if (!child) return [];
    const list = schema.type === 'array' ? '[]' : '';
    if (!FOREIGN.has(at)) return section(at + list, { ...child, description: '' });
    const names = keysOf(child).map((key) => code(key.name));
    return [
      heading(3, code(at)),
      `Fields as the model's \`config.json\` has them; others are ignored: ${names.join(', ')}.`,
    ];
  });
}

function keyTable(path: string, keys: readonly Key[]): string {
  return table(
    ['Key', 'Type', 'Default', 'Meaning'],
    keys.map(({ name, schema, required }) => [
      code(name),
      typeText(schema, join(path, name)),
      required ? '**required**' : defaultText(schema),
      sentence(schema.description ?? ''),
    ]),
  );
}

function defaultText({ default: value }: JsonSchema): string {
  if (value === undefined || isEmpty(value)) return '–';
  return code(JSON.stringify(value));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function keysOf({ properties = {}, required = [] }: JsonSchema): Key[] {
  return Object.entries(properties).map(([name, schema]) => ({ name, schema, required: required.includes(name) }));
}

function variantsOf(schema: JsonSchema): readonly JsonSchema[] {
  return schema.oneOf ?? [schema];
}

/** The object with known keys that a key holds, itself or in a list. */
function objectIn(schema: JsonSchema): JsonSchema | undefined {
  const inner = schema.type === 'array' ? schema.items : schema;
  return inner && variantsOf(inner).some(({ properties }) => properties !== undefined) ? inner : undefined;
}

/** The key whose constant tells the kinds of an object apart. */
function isTag({ const: value }: JsonSchema): boolean {
  return value !== undefined;
}

function isSame(a: Key, b: Key): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
