import { z } from 'zod';
import { bytes, choice, strict } from '../../schema/schema.js';
import { testFields } from '../../schema/test-fields.js';

/** ucx_perftest's tests that a spec may name. */
const UCX_TESTS = [
  'ucp_put_bw',
  'ucp_get',
  'tag_bw',
  'tag_lat',
  'ucp_put_lat',
  'ucp_am_bw',
  'ucp_am_lat',
  'stream_bw',
  'stream_lat',
] as const;

export const ucxPerftestSpec = strict({
  ...testFields,
  tool: z.literal('ucx-perftest'),
  test: choice('ucx_perftest test', UCX_TESTS).default('ucp_put_bw'),
  memory: choice('memory type', ['cuda', 'host', 'cuda-managed']).default('cuda'),
  sizes: z.array(bytes()).min(1).prefault(['64Mi']).meta({ description: 'message sizes, one after the other' }),
  iterations: z.int().min(1).default(1000),
  warmupIterations: z.int().min(0).default(100),
  devices: z
    .array(z.string())
    .max(64)
    .default([])
    .meta({ description: 'UCX_NET_DEVICES, one process for each; empty: one process, and UCX chooses' }),
  port: z.int().min(1024).max(65000).default(13337),
});

export type UcxPerftestSpec = z.output<typeof ucxPerftestSpec>;

/** Latency tests print a latency in the column where bandwidth tests print the overhead of posting. */
export function isLatencyTest(test: UcxPerftestSpec['test']): boolean {
  return test.endsWith('_lat');
}
