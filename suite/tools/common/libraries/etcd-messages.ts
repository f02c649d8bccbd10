import { type Message, messagesOf } from '../messages.js';

/**
 * Messages of etcd, gRPC and etcd-cpp-apiv3 (etcd-cpp-apiv3/etcd-cpp-apiv3 0.15.4, src/SyncClient.cpp; etcd-io/etcd,
 * api/v3rpc/rpctypes/error.go), as nixlbench and NIXL print them.
 */
export const ETCD_MESSAGES: readonly Message[] = [
  ...messagesOf({ class: 'EtcdUri', about: 'etcd', depth: 'root' }, [
    {
      text: /Failed to store agent (?:target|initiator) prefix key in etcd/,
      hint: 'Unset NIXL_ETCD_ENDPOINTS, which nixlbench does not need; NIXL tried to reach the etcd that it names',
    },
    { text: 'the target uri is not valid' },
    {
      text: /etcdserver: (?:user ?name is empty|invalid auth token|permission denied|authentication failed)/,
      hint: "Use the suite's own etcd, which needs no password; this etcd demands authentication",
    },
    {
      text: /(?:Failed to|NIXL|etcd|grpc).{0,200}(?:SSL_ERROR|[Ss]sl handshake|TLS handshake|Handshake (?:read )?failed|certificate verify failed)/,
      hint: 'Use http instead of https in the endpoint, or mount the certificates of etcd; the TLS handshake failed',
    },
  ]),
  ...messagesOf({ class: 'EtcdUnreachable', about: 'etcd' }, [
    {
      text: /etcdserver: requested lease not found/,
      hint: 'Check that the etcd pod did not restart during the test; it no longer knows the lease of the rank',
    },
    { text: 'Failed to connect to ETCD' },
    { text: 'Failed to acquire lock: ' },
    { text: /etcdserver: (?:no leader|request timed out|too many requests|mvcc: database space exceeded)/ },
    { text: 'failed to connect to all addresses' },
    { text: 'Failed to setup ETCD runtime', depth: 'symptom' },
  ]),
];
