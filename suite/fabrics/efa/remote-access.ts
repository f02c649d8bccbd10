import { ec2InstanceType } from '../../hardware/instance-type.js';
import type { RemoteOperation } from '../common/fabric-kind.js';

/**
 * Families whose EFA devices have no RDMA at all, and those that have RDMA read and no RDMA write (EC2 User Guide, "Elastic
 * Fabric Adapter", supported instance types).
 */
const WITHOUT_RDMA = /^(?:g4dn|g5|p3dn|inf1|c5n|c6i|c6id|c6in|m5n|m5dn|r5n|r5dn|m6i|m6id|i3en|x2idn|x2iedn)\./;
const WITHOUT_WRITE = /^(?:p4d|p4de|dl1)\./;

const EMULATED = 'libfabric then emulates it by messages, which are copied';

/** Explains why an EFA instance type cannot do an operation in hardware; undefined when it can. */
export function efaLacks(operation: RemoteOperation, instanceType: string): string | undefined {
  if (operation === 'send') return undefined;
  const type = ec2InstanceType(instanceType);
  if (WITHOUT_RDMA.test(type)) return `EFA of ${type} has no RDMA; ${EMULATED}`;
  if (operation === 'write' && WITHOUT_WRITE.test(type))
    return `EFA of ${type} has RDMA read and no RDMA write; ${EMULATED}`;
  return undefined;
}

/**
 * Explains a write that a device made by sends: the counter of RDMA writes exists and did not move, and that of sends did. A
 * device without RDMA write has no such counter (Linux kernel, drivers/infiniband/hw/efa/efa_verbs.c).
 */
export function efaEmulatedWrite(moved: Readonly<Record<string, number>>): string | undefined {
  const { rdma_write_bytes: written, send_bytes: sent = 0, tx_bytes: all = 0, rdma_read_resp_bytes: read = 0 } = moved;
  if (written !== 0 || read >= Math.max(sent, all) || Math.max(sent, all) === 0) return undefined;
  return 'rdma_write_bytes did not move, so the bytes went by sends: the library emulated the RDMA write in software';
}
