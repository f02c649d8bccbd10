import type { RankLog } from './log-lines.js';

/** A shared library that the tool of a rank had mapped. */
export interface MappedLibrary {
  /** Path of the file in the image. */
  readonly file: string;
  /** Its version; absent when the file does not tell it. */
  readonly version?: string | undefined;
}

/** Projects whose versions decide whether two figures are comparable, with the main library of each. */
const PROJECTS = {
  nixl: /^libnixl\.so/,
  ucx: /^libucp[-.]/,
  libfabric: /^libfabric[-.]/,
} as const;

/** Most files that are listed: several times those of a tool, so that a record stays small whatever a log contains. */
const MOST_FILES = 1000;
const LONGEST_PATH = 1000;

/** Matches the folder of a wheel's metadata: `nixl_cu12-1.4.1.dist-info`. */
const METADATA = /^(.*)\/([^/]+)-([^/-]+)\.dist-info$/;

/**
 * Lists the libraries that the tool of a rank had mapped, with those versions that are certain.
 *
 * - libnixl in a wheel has the version in the name of the wheel's metadata folder.
 * - libucp and libfabric contain their version as a text (`ucp_get_version_string` in ucp_version.c.in of UCX, `VERSION` in
 *   src/fi_tostr.c of libfabric). It counts when the file contains no other text of that form.
 *
 * The number in the name of a file is no version: libfabric.so.1.30.0 is in libfabric 2.4.0 and in builds before it, and
 * libucp.so.0.0.0 is in every UCX.
 */
export function mappedLibraries({
  libraries: all,
  libraryVersions,
}: Pick<RankLog, 'libraries' | 'libraryVersions'>): MappedLibrary[] {
  const libraries = all.filter(({ length }) => length <= LONGEST_PATH).slice(0, MOST_FILES);
  const wheels = libraries.flatMap((path) => {
    const [, folder, name, version] = METADATA.exec(path) ?? [];
    return version === undefined ? [] : [{ prefix: `${folder}/.${name}.mesonpy.libs/`, version }];
  });
  return libraries
    .filter((path) => !METADATA.test(path))
    .map((file) => {
      const named = PROJECTS.nixl.test(nameOf(file)) ? wheels.filter(({ prefix }) => file.startsWith(prefix)) : [];
      const found = new Set([...named.map(({ version }) => version), ...(libraryVersions.get(file) ?? [])]);
      const [version] = found;
      return found.size === 1 ? { file, version } : { file };
    });
}

/**
 * Returns the versions of the projects whose main library the rank had mapped, by `nixl`, `ucx` and `libfabric`. A library
 * of unknown version is given by the name of its file. Joins the versions of several copies of a library by ` and `.
 */
export function mappedVersions(libraries: readonly MappedLibrary[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(PROJECTS).flatMap(([project, pattern]) => {
      const versions = new Set(
        libraries.filter(({ file }) => pattern.test(nameOf(file))).map(({ file, version }) => version ?? nameOf(file)),
      );
      return versions.size > 0 ? [[project, [...versions].sort().join(' and ')]] : [];
    }),
  );
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
