import { temporal } from './temporal.js';
import { workflowRuns } from './workflow-runs.js';

/**
 * Finds a text in the histories of a workflow and its children as the server keeps them, in texts and in bytes.
 *
 * @returns the names of the fields that have it, each once, such as `workflowId`
 */
export async function fieldsWith(text: string, workflowId: string): Promise<string[]> {
  const { client } = await temporal();
  const fields = new Set<string>();
  for (const { events } of await workflowRuns(client, workflowId)) collect(events, '', text, fields);
  return [...fields].sort();
}

function collect(value: unknown, field: string, text: string, fields: Set<string>): void {
  if (typeof value === 'string' || value instanceof Uint8Array) {
    if (Buffer.from(value as string).includes(text)) fields.add(field);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, part] of Object.entries(value)) {
      const known = /^\d+$|^(data|payloads|fields|indexedFields)$/.test(name);
      collect(part, known ? field : name, text, fields);
    }
  }
}
