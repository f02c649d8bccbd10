import type { RungFacts } from '../common/tool.js';

/** Memory types of ucx_perftest in the terms of nixlbench. */
const MEMORY: Readonly<Record<string, string>> = { cuda: 'VRAM', host: 'DRAM' };
const DIRECTION: Readonly<Record<string, string>> = { ucp_put_bw: 'WRITE', ucp_get: 'READ' };

/** Returns the rung of recorded ucx_perftest parameters. UCX is directly below the hardware. */
export function ucxRung(parameters: Readonly<Record<string, unknown>>, nicsPerGpu: number): RungFacts {
  const text = (option: string) => String(parameters[option] ?? '');
  const devices = Array.isArray(parameters.devices) ? parameters.devices.length : 0;
  return {
    name: 'UCX',
    library: 'ucx',
    extent: devices > nicsPerGpu ? 'node' : 'pair',
    memory: MEMORY[text('memory')] ?? text('memory'),
    direction: DIRECTION[text('test')] ?? text('test'),
    pattern: 'one-way stream',
  };
}
