import type { FailureKind } from './failure-kind.js';

/** Failures of pods, and of the etcd for the rendezvous of the ranks. */
export const POD_FAILURES = {
  ImagePull: {
    retry: 'never',
    hint: 'Check the image name, `imagePullSecret` and the network path from the nodes to the registry, or load the image on the nodes',
  },
  Unschedulable: {
    retry: 'never',
    hint: 'Free the resource named in the message, or request less in `resources`',
  },
  PodRejected: {
    retry: 'never',
    hint: 'Correct the setting named in the message; the node could not create the container',
  },
  PodLost: {
    retry: 'rendezvous',
    hint: 'Check the node and its events for deleted or evicted pods; the suite starts both ranks again',
  },

  EtcdNotReady: {
    retry: 'infrastructure',
    hint: 'Check the log and events of the etcd pod, and that its image can be pulled',
  },
  EtcdLost: {
    retry: 'rendezvous',
    hint: 'Check the events of the etcd pod and its node; the suite starts both ranks again with the new etcd',
  },
  EtcdNotOwned: {
    retry: 'never',
    hint: 'Check to which etcd the name resolves; it lacks the mark of this suite run, so the suite deleted none of its keys',
  },
  EtcdUnreachable: {
    retry: 'rendezvous',
    what: 'could not reach etcd',
    hint: "Check network policies between the ranks and the suite's etcd",
  },
  EtcdUri: {
    retry: 'never',
    what: 'could not resolve the address of etcd',
    hint: 'Use dnsPolicy ClusterFirstWithHostNet with hostNetwork, and unset NIXL_ETCD_ENDPOINTS; the etcd host name did not resolve in the pod',
  },
} as const satisfies Record<string, FailureKind>;
