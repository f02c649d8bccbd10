import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from './objects.js';

/** Folders in which the manifests may be: next to the sources, or one level above the compiled files. */
const FOLDERS = [new URL('../../manifests/', import.meta.url), new URL('../../../manifests/', import.meta.url)];

/** Reads a text file below `manifests/`. @throws {Error} when it does not exist */
export async function readManifestText(name: string): Promise<string> {
  for (const folder of FOLDERS) {
    try {
      return await readFile(new URL(name, folder), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error(
    `cannot find manifests/${name} for ${fileURLToPath(new URL('.', import.meta.url))}: reinstall dynamo-bench with its manifests folder`,
  );
}

/** Reads the objects of a YAML file below `manifests/`, in order. */
export async function readManifest(name: string): Promise<KubernetesObject[]> {
  const documents = parseAllDocuments(await readManifestText(name));
  return documents.map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS() as KubernetesObject;
  });
}

/**
 * Reads the first object of a kind in a YAML file below `manifests/`.
 *
 * @throws {Error} when the file has no such object
 */
export async function readManifestObject<T extends KubernetesObject>(name: string, kind: string): Promise<T> {
  const found = (await readManifest(name)).find((object) => object.kind === kind);
  if (!found) throw new Error(`manifests/${name} has no object of kind ${kind}`);
  return found as T;
}
