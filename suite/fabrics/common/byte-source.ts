/** Direction in which a rank moves bytes. */
export type Direction = 'out' | 'in';

/**
 * Counters that a driver keeps for the same bytes. Those of one direction count different parts and add up. A device can have
 * several sources: each counts by itself, so the largest of them holds.
 */
export interface ByteSource extends Readonly<Record<Direction, readonly string[]>> {
  /** Bytes of one count. */
  readonly unit: number;
}

/**
 * PortXmitData and PortRcvData of the InfiniBand specification, in units of 4 bytes (Linux kernel, ABI
 * sysfs-class-infiniband, `ports/<port>/counters`). mlx5 counts the RDMA traffic of RoCE in them too, and bnxt_re since Linux
 * 6.17.
 */
export const PORT_DATA: ByteSource = { out: ['port_xmit_data'], in: ['port_rcv_data'], unit: 4 };

/** Bytes of the device: EFA, bnxt_re and mana_ib (their hw_counters in the Linux kernel). */
export const DEVICE_BYTES: ByteSource = { out: ['tx_bytes'], in: ['rx_bytes'], unit: 1 };

/** Bytes by operation of EFA (Linux kernel, drivers/infiniband/hw/efa/efa_verbs.c). The target of a read sends. */
export const EFA_OPERATIONS: ByteSource = {
  out: ['send_bytes', 'rdma_write_bytes', 'rdma_read_resp_bytes'],
  in: ['recv_bytes', 'rdma_write_recv_bytes', 'rdma_read_bytes'],
  unit: 1,
};

/** Sources of the RoCE drivers that have no PortXmitData, each by the hw_counters of its driver. */
export const ROCE_DRIVERS: readonly ByteSource[] = [
  DEVICE_BYTES,
  // irdma (Intel E810) and i40iw
  { out: ['ip4OutOctets', 'ip6OutOctets'], in: ['ip4InOctets', 'ip6InOctets'], unit: 1 },
  // bnxt_re: the traffic of RoCE alone, in the kernel and in Broadcom's own driver
  { out: ['tx_roce_only_bytes'], in: ['rx_roce_only_bytes'], unit: 1 },
  { out: ['roce_only_tx_bytes'], in: ['roce_only_rx_bytes'], unit: 1 },
  // ionic_rdma (AMD Pensando)
  {
    out: ['tx_rdma_ucast_bytes', 'tx_rdma_mcast_bytes'],
    in: ['rx_rdma_ucast_bytes', 'rx_rdma_mcast_bytes'],
    unit: 1,
  },
  // erdma (Alibaba Cloud)
  { out: ['hw_tx_bytes_cnt'], in: ['hw_rx_bytes_cnt'], unit: 1 },
];

/** Counters of packets, which show that something moved where no counter has bytes: rxe has only these. */
export const PACKETS: Readonly<Record<Direction, readonly string[]>> = {
  out: ['sent_pkts', 'tx_pkts', 'port_xmit_packets', 'ip4OutPkts', 'ip6OutPkts', 'hw_tx_packets_cnt', 'tx_packets'],
  in: ['rcvd_pkts', 'rx_pkts', 'port_rcv_packets', 'ip4InPkts', 'ip6InPkts', 'hw_rx_packets_cnt', 'rx_packets'],
};
