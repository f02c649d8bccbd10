import type { PluginFolder } from '../../run/cluster-facts.js';

/** Describes the content of a folder of NIXL plug-ins as a predicate: `contains libplugin_POSIX.so, libplugin_UCX.so`. */
export function contentText({ files, missing }: Omit<PluginFolder, 'folder'>): string {
  if (missing) return 'does not exist';
  return files.length === 0 ? 'contains no plug-ins' : `contains ${files.join(', ')}`;
}
