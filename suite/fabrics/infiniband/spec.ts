import type { z } from 'zod';
import { rdmaSpec } from '../common/rdma-spec.js';

export const infinibandSpec = rdmaSpec('infiniband', 'InfiniBand adapters', 'InfiniBand adapter');

export type InfinibandSpec = z.output<typeof infinibandSpec>;
