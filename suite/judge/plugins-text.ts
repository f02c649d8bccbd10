import type { PluginsFrame } from '../tools/common/log-lines.js';

/** Says what is in the folders of NIXL plug-ins, when a line names a plug-in; empty otherwise. */
export function pluginsText(folders: readonly PluginsFrame[], line: string): string {
  if (!line.toLowerCase().includes('plugin')) return '';
  return folders
    .map(({ folder, files, missing }) => {
      if (missing) return `, and ${folder} does not exist`;
      return files.length === 0 ? `, and ${folder} is empty` : `, and ${folder} contains ${files.join(', ')}`;
    })
    .join('');
}
