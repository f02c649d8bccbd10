import type { Reason } from '../verdict/verdict.js';

/**
 * What the output of a run that succeeded says about why its figure is what it is. Most of it is printed only with
 * FI_LOG_LEVEL=info, NIXL_LOG_LEVEL=INFO or UCX_PROTO_INFO=y, so that silence says nothing.
 */
const SIGNS: readonly (Reason & { readonly text: string | RegExp })[] = [
  {
    code: 'tcp-fallback',
    text: 'devices (TCP fallback)',
    message: 'LIBFABRIC found no EFA device and fell back to TCP (FI_PROVIDER=efa makes that an error)',
  },
  {
    code: 'tcp-fallback',
    text: /provider(?:=|: )(?:tcp|sockets)\b/,
    message: 'libfabric’s provider is TCP',
  },
  {
    code: 'emulated-rma',
    text: 'software emulation',
    message:
      'UCX emulates remote memory access in software: its transport has no RDMA write (srd has it since UCX 1.20)',
  },
  {
    code: 'efa-through-ucx',
    text: 'but the UCX backend was configured',
    message: 'NIXL itself recommends LIBFABRIC on this instance',
  },
];

/** Signs in the lines, each code once, in a stable order. */
export function diagnose(lines: readonly string[]): Reason[] {
  const output = lines.join('\n');
  const found = new Map<string, Reason>();
  for (const { code, text, message } of SIGNS) {
    const seen = typeof text === 'string' ? output.includes(text) : text.test(output);
    if (seen && !found.has(code)) found.set(code, { code, message });
  }
  return [...found.values()];
}
