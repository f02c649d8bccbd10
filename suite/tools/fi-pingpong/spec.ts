import { z } from 'zod';
import { bytes, choice, strict } from '../../schema/schema.js';
import { type FieldProblem, testFields } from '../../schema/test-fields.js';

export const fiPingpongSpec = strict({
  ...testFields,
  tool: z.literal('fi-pingpong'),
  provider: z
    .string()
    .max(300)
    .regex(/^[\w;-]+$/, 'expected the name of a libfabric provider, for example "efa" or "tcp"')
    .optional()
    .meta({ description: 'libfabric provider (-p); default: the one that FI_PROVIDER selects' }),
  domain: z
    .string()
    .max(300)
    .regex(/^[\w.:-]+$/, 'expected the name of a domain, as `fi_info` prints it')
    .optional()
    .meta({ description: 'device (-d), for example rdmap79s0-rdm; default: the first device of libfabric' }),
  endpoint: choice('endpoint type', ['rdm', 'msg', 'dgram'])
    .default('rdm')
    .meta({ description: 'libfabric endpoint type (-e)' }),
  sizes: z
    .array(bytes())
    .min(1)
    .max(256)
    .prefault(['64', '4Ki', '64Ki', '1Mi'])
    .meta({ description: 'message sizes; each is measured by one process, one after the other' }),
  iterations: z.int().min(1).default(1000).meta({
    description:
      'number of messages in each direction; fi_pingpong has no warm-up, so the first message sets up the connection',
  }),
  checkData: z
    .boolean()
    .default(false)
    .meta({ description: 'compare every received message with the sent one, which is slower' }),
  figure: choice('figure', ['bandwidth', 'latency']).default('bandwidth').meta({
    description: 'figure of the test: bandwidth of the largest message, or latency (half a round trip) of the smallest',
  }),
  port: z.int().min(1024).max(65000).default(47592).meta({ description: 'TCP port of the control connection' }),
});

export type FiPingpongSpec = z.output<typeof fiPingpongSpec>;

/** Largest size that fi_pingpong accepts, a C int. */
const MAX_SIZE = 2 ** 31 - 1;

/** Finds sizes that fi_pingpong does not accept. */
export function fiPingpongContradictions({ sizes }: FiPingpongSpec): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (new Set(sizes).size < sizes.length)
    problems.push({ path: 'sizes', message: 'contains a size twice; remove one of them' });
  if (sizes.some((size) => size > MAX_SIZE)) {
    problems.push({ path: 'sizes', message: `contains more than ${MAX_SIZE} bytes, the maximum of fi_pingpong` });
  }
  return problems;
}
