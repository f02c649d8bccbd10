import type { z } from 'zod';
import { rdmaSpec } from '../common/rdma-spec.js';

export const efaSpec = rdmaSpec('efa', 'EFA devices', 'EFA device');

export type EfaSpec = z.output<typeof efaSpec>;
