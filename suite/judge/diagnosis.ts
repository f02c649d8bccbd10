import type { TransportTestSpec } from '../spec/transport-tests.js';
import { toolOf } from '../tools/registry.js';
import type { Sign } from '../verdict/sign.js';
import type { Reason } from '../verdict/verdict.js';

/** Returns the signs of a test's tool: a test of host memory has none about GPU memory. */
export function signsOfTool(test: TransportTestSpec): readonly Sign[] {
  const tool = toolOf(test);
  return tool.signs.filter(({ ofGpuMemory }) => !ofGpuMemory || tool.gpus(test) > 0);
}

/**
 * Finds messages in the output of a successful run that explain its figure. Lists each code once, in the order of the signs.
 * Most messages are printed only with FI_LOG_LEVEL=info, NIXL_LOG_LEVEL=INFO or UCX_PROTO_INFO=y, so their absence proves
 * nothing.
 */
export function diagnose(signs: readonly Sign[], lines: readonly string[]): Reason[] {
  const output = lines.join('\n');
  const found = new Map<string, Reason>();
  for (const { code, text, message } of signs) {
    const seen = typeof text === 'string' ? output.includes(text) : text.test(output);
    if (seen && !found.has(code)) found.set(code, { code, message });
  }
  return [...found.values()];
}
