import { isEvidencePath } from '../../suite/record/evidence-path.js';

/** File with the log of the load pod, in the folder of the attempt. */
export const LOAD_LOG = 'load.log';

/**
 * Returns the path of a file that the log of a load pod contains; undefined for a name that no evidence can have. The image of
 * the load chooses the name, so it must not replace the log itself.
 */
export function loadFilePath(folder: string, name: string): string | undefined {
  const names = [name, `${name}.txt`].filter((candidate) => candidate.toLowerCase() !== LOAD_LOG);
  return names.map((candidate) => `${folder}/${candidate}`).find(isEvidencePath);
}
