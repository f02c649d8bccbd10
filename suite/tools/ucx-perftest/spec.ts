import { z } from 'zod';
import { devices } from '../../schema/grammar.js';
import { bytes, choice, strict } from '../../schema/schema.js';
import { testFields } from '../../schema/test-fields.js';

/** Tests of ucx_perftest that a spec can name. */
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
  test: choice('ucx_perftest test', UCX_TESTS)
    .default('ucp_put_bw')
    .meta({ description: 'test of ucx_perftest (-t); tests that end in _lat measure latency' }),
  memory: choice('memory type', ['cuda', 'host', 'cuda-managed'])
    .default('cuda')
    .meta({ description: 'memory type of both ranks (-m)' }),
  sizes: z
    .array(bytes())
    .min(1)
    .max(256)
    .prefault(['64Mi'])
    .meta({ description: 'message sizes, measured one after the other (-s)' }),
  iterations: z.int().min(1).default(1000).meta({ description: 'number of iterations of each size (-n)' }),
  warmupIterations: z
    .int()
    .min(0)
    .default(100)
    .meta({ description: 'number of iterations before the first that counts (-w)' }),
  devices: z.array(devices('a device')).max(64).default([]).meta({
    description:
      'devices (UCX_NET_DEVICES), with one process for each; empty: one process, for which UCX chooses the device',
  }),
  port: z
    .int()
    .min(1024)
    .max(65000)
    .default(13337)
    .meta({ description: 'TCP port of the first process (-p); each further process uses the next port' }),
});

export type UcxPerftestSpec = z.output<typeof ucxPerftestSpec>;

/** Returns true for a latency test. Bandwidth tests print the overhead of posting in the column of the latency. */
export function isLatencyTest(test: UcxPerftestSpec['test']): boolean {
  return test.endsWith('_lat');
}
