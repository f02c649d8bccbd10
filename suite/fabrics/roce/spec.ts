import type { z } from 'zod';
import { rdmaSpec } from '../common/rdma-spec.js';

export const roceSpec = rdmaSpec('roce', 'RoCE NICs', 'RoCE NIC');

export type RoceSpec = z.output<typeof roceSpec>;
