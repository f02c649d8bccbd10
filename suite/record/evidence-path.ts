/** Extensions of evidence. A browser shows these files as text and runs none of them. */
const EXTENSIONS: readonly string[] = ['.log', '.txt', '.json', '.csv', '.base64'];
/** Files that the suite itself writes into the folder of a run. */
const RUN_FILES: readonly string[] = ['record.json', 'results.json', 'results.csv', 'metrics.txt'];
const SEGMENT = /^[A-Za-z0-9_]([\w.+@=-]*[A-Za-z0-9_])?$/;
const MAX_SEGMENT = 255;
/** Maximum length of a path below the folder of its run. A file system limits the whole path to 4,096 bytes. */
const MAX_PATH = 1024;

/**
 * Finds what is wrong with the path of evidence below the folder of its run, such as `nixl-ucx/r1-a1/node1.log`. Each
 * segment has only ASCII letters, digits and `_.+@=-`, so that characters are bytes. Undefined for a correct path.
 */
export function evidencePathProblem(path: string): string | undefined {
  const segments = path.split('/');
  const file = segments.at(-1) ?? '';
  if (path.length > MAX_PATH) return `a path of evidence has at most ${MAX_PATH} characters`;
  if (segments.some((segment) => segment.length > MAX_SEGMENT))
    return `a part of a path of evidence has at most ${MAX_SEGMENT} characters`;
  if (!segments.every((segment) => SEGMENT.test(segment)))
    return 'expected a path of evidence below the folder of its run, such as "test/r1-a1/node1.log"';
  if (!hasExtension(file)) return `the name of evidence must end with ${EXTENSIONS.join(', ')}`;
  // Otherwise one path could need a folder where another path needs a file.
  if (segments.slice(0, -1).some(hasExtension)) return 'a folder of evidence must not have the name of a file';
  if (segments.length === 1 && RUN_FILES.includes(path.toLowerCase()))
    return `evidence must not have the name of a report: ${path}`;
  return undefined;
}

/** Returns true for a path that evidence may have. */
export function isEvidencePath(path: string): boolean {
  return evidencePathProblem(path) === undefined;
}

function hasExtension(name: string): boolean {
  return EXTENSIONS.some((extension) => name.toLowerCase().endsWith(extension));
}
