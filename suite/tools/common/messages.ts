import type { FailureClass } from '../../verdict/failure.js';

/**
 * Messages of the tools and libraries, each with its failure class. The first entry of a table that matches the output
 * determines the class, so list causes before their consequences.
 */

export interface Message {
  /** Text in the line, or a pattern when a text would match too much. */
  readonly text: string | RegExp;
  readonly class: FailureClass;
  /** Remedy for this message; default: the hint of the class. */
  readonly hint?: string;
}

/** Failure that a line of the output reports. */
export interface NamedFailure {
  readonly class: FailureClass;
  readonly line: string;
  readonly hint?: string;
}

const SHARED: readonly Message[] = [
  { text: 'error while loading shared libraries: ', class: 'ToolMissing' },
  {
    text: 'UCP API version is incompatible',
    class: 'ToolMissing',
    hint: 'Install the UCX version that the message names; NIXL was built against a newer UCX than the one in the image',
  },
];

/** Messages of NIXL, UCX and libfabric (ofiwg/libfabric), which register memory for every tool. */
export const MEMORY_MESSAGES: readonly Message[] = [
  { text: 'registerMem failed', class: 'MemoryRegistration' },
  { text: 'Unable to register MR of', class: 'MemoryRegistration' },
  { text: 'Failed to register CUDA buffer', class: 'MemoryRegistration' },
  {
    text: 'P2P support is not available',
    class: 'MemoryRegistration',
    hint: 'Check dmabuf support of the kernel and the NVIDIA driver, or set FI_HMEM_DISABLE_P2P=1 as a control; the EFA device cannot reach GPU memory',
  },
  {
    text: /CUDA: .{0,300}\(Error code/,
    class: 'MemoryRegistration',
    hint: 'Look up the error code of the CUDA call in the message',
  },
  {
    text: 'Cannot allocate memory',
    class: 'MemoryRegistration',
    hint: 'Check memlock, huge pages and the memory limit; 32 EFA devices need 128Gi for their registered buffers',
  },
];

/** Matches the shell's message for a program that the image lacks. */
function missing(program: string): Message {
  const pattern = `(?:entry\\.sh|${program}).{0,200}: (?:command )?(?:not found|No such file or directory)$`;
  return { text: new RegExp(pattern, 'm'), class: 'ToolMissing' };
}

/** Maximum number of quoted characters in a record. A line of output can have a megabyte. */
const LONGEST_LINE = 500;

/** Finds the first failure that the lines report, in the order of the tables, with its line. */
export function classifyOutput(
  tool: { readonly program: string; readonly messages: readonly Message[] },
  lines: readonly string[],
): NamedFailure | undefined {
  const output = lines.join('\n');
  for (const { text, class: failureClass, hint } of [...SHARED, missing(tool.program), ...tool.messages]) {
    const at = typeof text === 'string' ? output.indexOf(text) : output.search(text);
    if (at < 0) continue;
    const start = Math.max(output.lastIndexOf('\n', at) + 1, at - LONGEST_LINE / 2);
    const end = output.indexOf('\n', at);
    const line = output.slice(start, Math.min(end < 0 ? output.length : end, start + LONGEST_LINE)).trim();
    return { class: failureClass, line, ...(hint ? { hint } : {}) };
  }
  return undefined;
}
