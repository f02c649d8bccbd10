/** A counter of events that lower the bandwidth or show a fault of the link, with the words for its number. */
export interface EventCounter {
  readonly counter: string;
  /** What the counter counts: `packets retransmitted`. */
  readonly what: string;
}

const event = (counter: string, what: string): EventCounter => ({ counter, what });

/**
 * Counters of `ports/<port>/counters` on every link of InfiniBand and RoCE (InfiniBand specification, PortCounters). Not the
 * time that a port waits for credits, which a congested link always has.
 */
const PORT_EVENTS: readonly EventCounter[] = [
  event('symbol_error', 'symbol errors of the link'),
  event('link_error_recovery', 'recoveries of the link from errors'),
  event('link_downed', 'failures of the link'),
  event('local_link_integrity_errors', 'link integrity errors'),
  event('port_rcv_errors', 'packets received with errors'),
  event('port_rcv_remote_physical_errors', 'packets received that another port had marked as bad'),
  event('port_xmit_discards', 'packets dropped before they were sent'),
  event('excessive_buffer_overrun_errors', 'buffer overruns'),
];

/**
 * hw_counters of mlx5, bnxt_re and rxe, which have the same names (Linux kernel, ABI sysfs-class-infiniband; NVIDIA,
 * "Understanding mlx5 Linux counters").
 */
const TRANSPORT_EVENTS: readonly EventCounter[] = [
  event('out_of_sequence', 'packets received out of order'),
  event('packet_seq_err', 'packets that the other rank reported as missing'),
  event('implied_nak_seq_err', 'packets missing by the next answer'),
  event('local_ack_timeout_err', 'acknowledgements that came too late'),
  event('rnr_nak_retry_err', 'retries because the receiver was not ready'),
  event('out_of_buffer', 'packets dropped for lack of a receive buffer'),
  event('req_transport_retries_exceeded', 'requests that failed after all retries'),
  event('max_retry_exceeded', 'requests that failed after all retries'),
  event('rx_icrc_encapsulated', 'packets with a wrong checksum'),
];

/** Events of every InfiniBand device. */
export const INFINIBAND_EVENTS: readonly EventCounter[] = [...PORT_EVENTS, ...TRANSPORT_EVENTS];

/** Events of every RoCE device, by the hw_counters of mlx5, bnxt_re, irdma, ionic_rdma and rxe. */
export const ROCE_EVENTS: readonly EventCounter[] = [
  ...INFINIBAND_EVENTS,
  event('np_ecn_marked_roce_packets', 'packets received with a congestion mark'),
  event('rp_cnp_handled', 'congestion notifications that slowed the sender'),
  event('roce_slow_restart', 'restarts of the sender at a low rate'),
  event('roce_adp_retrans', 'adaptive retransmissions'),
  event('to_retransmits', 'retransmissions after a time-out'),
  event('seq_err_naks_rcvd', 'packets that the other rank reported as missing'),
  event('rx_roce_discards', 'packets dropped on receipt'),
  event('tx_roce_discards', 'packets dropped before they were sent'),
  event('rx_roce_errors', 'packets received with errors'),
  event('tx_roce_errors', 'packets sent with errors'),
  event('RetransSegs', 'segments retransmitted'),
  event('tcpRetransSegs', 'segments retransmitted'),
  event('InProtoErrors', 'packets received with protocol errors'),
  event('ip4InDiscards', 'IPv4 packets dropped on receipt'),
  event('ip6InDiscards', 'IPv6 packets dropped on receipt'),
  event('cnpHandled', 'congestion notifications that slowed the sender'),
  event('tx_rdma_retx_pkts', 'packets retransmitted'),
  event('req_rx_pkt_seq_err', 'packets received out of order'),
  event('retry_exceeded_err', 'requests that failed after all retries'),
  event('rcvd_seq_err', 'packets that the other rank reported as missing'),
];

/** Events of an EFA device (EC2 User Guide, "Monitor an Elastic Fabric Adapter on Amazon EC2"). */
export const EFA_EVENTS: readonly EventCounter[] = [
  event('retrans_pkts', 'packets retransmitted'),
  event('retrans_bytes', 'bytes retransmitted'),
  event('retrans_timeout_events', 'changes of the network path after a time-out'),
  event('unresponsive_remote_events', 'unresponsive remote connections'),
  event('impaired_remote_conn_events', 'remote connections impaired, with a lower rate'),
  event('rx_drops', 'packets dropped on receipt'),
  event('rdma_write_wr_err', 'RDMA writes with an error'),
  event('rdma_read_wr_err', 'RDMA reads with an error'),
];
