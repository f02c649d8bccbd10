import { type FabricSpec, fabricKindOf } from '../fabrics/registry.js';
import { parseRate } from '../units/units.js';

/** A test of the proposed spec, with the reason for it. */
interface ProposedTest {
  readonly comment: string;
  readonly test: Readonly<Record<string, unknown>>;
}

/** Tests of a proposed spec and the environment that they need. */
export interface ProposedTests {
  readonly tests: readonly ProposedTest[];
  readonly env?: Readonly<Record<string, string>>;
}

const NATIVE = 'Is the network as fast as the hardware allows? Set expect.minEfficiency after the first runs.';

/** Proposes the tests for a kind of fabric. */
export function proposedTests(
  kind: FabricSpec['kind'],
  { cuda, rate }: { readonly cuda: boolean; readonly rate?: string | undefined },
): ProposedTests {
  const memory = cuda ? 'cuda' : 'host';
  const segments = cuda ? {} : { initiatorSegType: 'DRAM', targetSegType: 'DRAM' };
  const size = kind === 'ethernet' ? sizesFor(parseRate(rate ?? '1Gbit/s')) : undefined;
  const native = {
    name: 'ucx-native',
    tool: 'ucx-perftest',
    test: 'ucp_put_bw',
    memory,
    ...(size?.perftest ?? { sizes: ['64Mi'] }),
  };
  const nixl = (backend: string, more = {}) => ({
    name: `nixl-${backend.toLowerCase()}`,
    tool: 'nixlbench',
    backend,
    ...segments,
    ...size?.nixlbench,
    ...more,
  });
  if (fabricKindOf({ kind }).provider !== undefined) {
    return {
      tests: [
        { comment: NATIVE, test: native },
        {
          comment: 'The back end that NIXL recommends where libfabric has a provider for the fabric.',
          test: nixl('LIBFABRIC'),
        },
        { comment: 'For comparison only; it may fail.', test: nixl('UCX', { required: false }) },
      ],
    };
  }
  if (kind === 'ethernet') {
    return {
      env: { FI_PROVIDER: 'tcp' },
      tests: [
        { comment: NATIVE, test: native },
        { comment: 'The default back end of NIXL.', test: nixl('UCX') },
        { comment: 'For comparison only; it may fail.', test: nixl('LIBFABRIC', { enablePt: true, required: false }) },
      ],
    };
  }
  return {
    tests: [
      { comment: NATIVE, test: native },
      { comment: 'The default back end of NIXL.', test: nixl('UCX') },
    ],
  };
}

/** Seconds of transfer for which the sizes of a test on a slow network are chosen. */
const TRANSFER_SECONDS = 15;
const SIZES = ['256Ki', '1Mi', '4Mi'] as const;
/** Bytes of one pass over nixlbench's block sizes, which double from 256 KiB to 4 MiB. */
const PASS_BYTES = (256 + 512 + 1024 + 2048 + 4096) * 1024;

function sizesFor(bytesPerSecond: number) {
  const passes = Math.round((bytesPerSecond * TRANSFER_SECONDS) / PASS_BYTES);
  const iterations = Math.min(1000, Math.max(16, passes - (passes % 16)));
  return {
    perftest: { sizes: SIZES, iterations, warmupIterations: 4 },
    nixlbench: {
      startBlockSize: '256Ki',
      maxBlockSize: '4Mi',
      totalBufferSize: '64Mi',
      numIter: iterations,
      warmupIter: 16,
      largeBlkIterFtr: 1,
    },
  };
}
