import type { RemoteOperation } from '../../fabrics/common/fabric-kind.js';
import type { Transfer } from '../common/tool.js';
import { isLatencyTest, type UcxPerftestSpec } from './spec.js';

function ucxOperation({ test }: UcxPerftestSpec): RemoteOperation {
  if (test === 'ucp_get') return 'READ';
  return test.startsWith('ucp_put') ? 'WRITE' : 'SEND';
}

/**
 * Returns which rank sends. The client, on node1, sends to the server, and a get makes the server send. In a latency test each
 * answers the other (openucx/ucx, src/tools/perf/lib/libperf.c: `UCX_PERF_TEST_TYPE_PINGPONG`).
 */
export function ucxTransfer(spec: UcxPerftestSpec): Transfer {
  const operation = ucxOperation(spec);
  if (isLatencyTest(spec.test)) return { operation, senders: ['node1', 'node2'] };
  return { operation, senders: [operation === 'READ' ? 'node2' : 'node1'] };
}
