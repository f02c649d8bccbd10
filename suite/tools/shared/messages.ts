import type { FailureClass } from '../../verdict/failure.js';

/**
 * Messages of the tools and libraries, each with its class of failure. The first entry of a table that the output holds
 * decides, so causes come before their consequences.
 */

export interface Message {
  /** Text that the line holds, or a pattern where a text would match too much. */
  readonly text: string | RegExp;
  readonly class: FailureClass;
  /** What to do, where more can be said than of the class. */
  readonly hint?: string;
}

/** What the output says is wrong. */
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
    hint: 'NIXL was built against a newer UCX than the one in the image: install the UCX that the message asks for',
  },
];

/** Of NIXL, UCX and libfabric (ofiwg/libfabric), which register memory for every tool. */
export const MEMORY_MESSAGES: readonly Message[] = [
  { text: 'registerMem failed', class: 'MemoryRegistration' },
  { text: 'Unable to register MR of', class: 'MemoryRegistration' },
  { text: 'Failed to register CUDA buffer', class: 'MemoryRegistration' },
  {
    text: 'P2P support is not available',
    class: 'MemoryRegistration',
    hint: 'the EFA device cannot reach GPU memory: check dmabuf support of the kernel and the NVIDIA driver, or set FI_HMEM_DISABLE_P2P=1 as a control',
  },
  { text: /CUDA: .{0,300}\(Error code/, class: 'MemoryRegistration', hint: 'the CUDA call in the message failed' },
  {
    text: 'Cannot allocate memory',
    class: 'MemoryRegistration',
    hint: 'check memlock, huge pages and the memory limit: 32 EFA devices register buffers of their own (128Gi)',
  },
];

/** The shell says this of a program that the image lacks. */
function missing(program: string): Message {
  const pattern = `(?:entry\\.sh|${program}).{0,200}: (?:command )?(?:not found|No such file or directory)$`;
  return { text: new RegExp(pattern, 'm'), class: 'ToolMissing' };
}

/** A line of output may be a megabyte; a record holds what a person reads of it. */
const LONGEST_LINE = 500;

/** Finds the first failure that the lines name, in the order of the tables, with the line itself. */
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
