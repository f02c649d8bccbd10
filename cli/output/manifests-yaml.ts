import { Document } from 'yaml';
import type { PlannedObject } from '../../cluster/objects/planned-object.js';

/**
 * Formats objects as YAML documents for kubectl, each with a comment that names the step of the run.
 *
 * kubectl reads YAML 1.1, in which an unquoted `on` or `1:30` is not a text.
 */
export function manifestsYaml(planned: readonly PlannedObject[]): string {
  return planned
    .map(({ step, object }) => {
      // Also drops fields that are undefined, as the request of the run does.
      const document = new Document(JSON.parse(JSON.stringify(object)), {
        version: '1.1',
        aliasDuplicateObjects: false,
      });
      return `---\n# ${step}\n${document.toString({ lineWidth: 0 })}`;
    })
    .join('');
}
