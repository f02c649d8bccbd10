import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from './objects.js';

/** Folders in which the files of the package may be: that of the sources, or the one above the compiled files. */
const FOLDERS = [new URL('../../', import.meta.url), new URL('../../../', import.meta.url)];

/** Reads a text file of the package, by its path from the package's folder. @throws {Error} when it does not exist */
async function readPackageText(path: string): Promise<string> {
  for (const folder of FOLDERS) {
    try {
      return await readFile(new URL(path, folder), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error(
    `cannot find ${path} for ${fileURLToPath(new URL('.', import.meta.url))}: reinstall dynamo-bench with this file`,
  );
}

/** Reads the objects of a YAML file of the package, in order. */
export async function readPackageObjects(path: string): Promise<KubernetesObject[]> {
  const documents = parseAllDocuments(await readPackageText(path));
  return documents.map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS() as KubernetesObject;
  });
}

/** Reads a text file below `manifests/`. @throws {Error} when it does not exist */
export function readManifestText(name: string): Promise<string> {
  return readPackageText(`manifests/${name}`);
}

/** Reads the objects of a YAML file below `manifests/`, in order. */
export function readManifest(name: string): Promise<KubernetesObject[]> {
  return readPackageObjects(`manifests/${name}`);
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
