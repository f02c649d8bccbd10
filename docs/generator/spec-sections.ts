import { RENAMED_KEYS } from '../../suite/schema/renamed-keys.js';
import { specJsonSchema } from '../../suite/spec/spec.js';
import { code, heading, sentence, table } from './markdown.js';
import { type JsonSchema, typeText } from './schema-types.js';

/** Keys that are defined elsewhere. Their fields are listed without descriptions. */
const FOREIGN: ReadonlySet<string> = new Set(['dynamo.model.config']);

/** A key of the suite spec, with its path. */
interface Key {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** Writes one section for each object of the suite spec, with a table of its keys. */
export function specSections(): string {
  return section('', specJsonSchema() as JsonSchema).join('\n\n');
}

/** Returns the paths of the keys without a description. */
export function undescribedKeys(): string[] {
  const found: string[] = [];
  const visit = (path: string, schema: JsonSchema) => {
    for (const variant of variantsOf(schema)) {
      for (const { name, schema: key } of keysOf(variant)) {
        const at = join(path, name);
        if (!isTag(key) && !isDescribed(key)) found.push(at);
        const child = objectIn(key);
        if (child && !FOREIGN.has(at)) visit(at, child);
      }
    }
  };
  visit('', specJsonSchema() as JsonSchema);
  return [...new Set(found)];
}

/**
 * Returns true for a key with a description. The default description of a quantity only shows its notation and does not
 * count.
 */
function isDescribed({ title, description = '' }: JsonSchema): boolean {
  return description !== '' && !description.startsWith(`${title}, for example`);
}

/** Writes the table of former names of keys that can still be read. */
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
      `Fields of the model's \`config.json\`: ${names.join(', ')}. Other fields are ignored.`,
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

/** Returns the object with known keys that is the value of a key, or the item of its list. */
function objectIn(schema: JsonSchema): JsonSchema | undefined {
  const inner = schema.type === 'array' ? schema.items : schema;
  return inner && variantsOf(inner).some(({ properties }) => properties !== undefined) ? inner : undefined;
}

/** Returns true for the key whose constant distinguishes the kinds of an object. */
function isTag({ const: value }: JsonSchema): boolean {
  return value !== undefined;
}

function isSame(a: Key, b: Key): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
