import type { Sign } from '../fabrics/shared/fabric-kind.js';
import type { Reason } from '../verdict/verdict.js';

/**
 * Finds what the output of a run that succeeded says about why its figure is what it is. Each code comes once, in the order
 * of the signs. Most of it is printed only with FI_LOG_LEVEL=info, NIXL_LOG_LEVEL=INFO or UCX_PROTO_INFO=y, so that silence
 * says nothing.
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
