import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from './objects.js';

/** Folder of the manifests: beside the sources, or one level up from the compiled ones. */
const FOLDERS = [new URL('../../manifests/', import.meta.url), new URL('../../../manifests/', import.meta.url)];

/** A text file below `manifests/`. */
export async function readManifestText(name: string): Promise<string> {
  for (const folder of FOLDERS) {
    try {
      return await readFile(new URL(name, folder), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error(`manifests/${name} is not beside ${fileURLToPath(new URL('.', import.meta.url))}`);
}

/** The objects of a YAML file below `manifests/`, in order. */
export async function readManifest(name: string): Promise<KubernetesObject[]> {
  const documents = parseAllDocuments(await readManifestText(name));
  return documents.map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS() as KubernetesObject;
  });
}

/**
 * The only object of a kind in a YAML file.
 *
 * @throws {Error} when it is not there
 */
export async function readManifestObject<T extends KubernetesObject>(name: string, kind: string): Promise<T> {
  const found = (await readManifest(name)).find((object) => object.kind === kind);
  if (!found) throw new Error(`manifests/${name} holds no ${kind}`);
  return found as T;
}
