import { instanceOf } from '../../hardware/instances/catalogue.js';
import type { MemoryAccess } from '../common/fabric-kind.js';

/** Returns the reason why the EFA of an instance type does not perform an access itself; undefined when it does. */
export function emulatedByEfa(instanceType: string, access: MemoryAccess): string | undefined {
  const known = instanceOf(instanceType);
  if (known?.fabric.kind !== 'efa' || known.rdma === 'read-write') return undefined;
  if (known.rdma === 'none') {
    return `the EFA of ${known.type} has no RDMA: libfabric emulates the ${access} with messages, so the figure is far below the ceiling`;
  }
  return access === 'READ'
    ? undefined
    : `the EFA of ${known.type} has RDMA read and no RDMA write: libfabric emulates the WRITE with messages, so the figure is below the ceiling; opType READ uses RDMA`;
}

/**
 * Explains a write that a device made by sends: the counter of RDMA writes exists and did not move, and that of sends did. A
 * device without RDMA write has no such counter (Linux kernel, drivers/infiniband/hw/efa/efa_verbs.c). Each connection also
 * sends some messages of its own.
 *
 * @param least bytes that the sends must have
 */
export function efaEmulatedWrite(moved: Readonly<Record<string, number>>, least: number): string | undefined {
  const { rdma_write_bytes: written, send_bytes: sent = 0, tx_bytes: all = 0, rdma_read_resp_bytes: read = 0 } = moved;
  const bytes = Math.max(sent, all);
  if (written !== 0 || read >= bytes || bytes === 0 || bytes < least) return undefined;
  return 'rdma_write_bytes did not move, so the bytes went by sends: the library emulated the RDMA write in software';
}
