package main

import (
	"flag"
	"log"
	"net"
	"strings"
	"time"

	"github.com/miekg/dns"
	corev1 "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	discoverylisters "k8s.io/client-go/listers/discovery/v1"
	"k8s.io/client-go/tools/clientcmd"
)

const clusterZone = ".svc.cluster.local."

// runClusterDNS answers the A queries of the Kubernetes DNS specification for Services: SERVICE.NAMESPACE.svc.cluster.local
// is the cluster IP, or the ready endpoints of a headless Service; HOSTNAME.SERVICE.NAMESPACE.svc.cluster.local is one
// endpoint by its host name. No other names exist, because the cluster has no route to other networks.
func runClusterDNS(args []string) {
	flags := flag.NewFlagSet("cluster-dns", flag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", "", "kubeconfig for the API server")
	listen := flags.String("listen", "127.0.0.1:5353", "listening address for UDP and TCP")
	_ = flags.Parse(args)

	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	factory := informers.NewSharedInformerFactory(kubernetes.NewForConfigOrDie(config), time.Hour)
	names := serviceNames{
		services:  factory.Core().V1().Services().Lister(),
		endpoints: factory.Discovery().V1().EndpointSlices().Lister(),
	}
	factory.Start(wait.NeverStop)
	factory.WaitForCacheSync(wait.NeverStop)
	go func() { log.Fatal(dns.ListenAndServe(*listen, "tcp", names)) }()
	log.Fatal(dns.ListenAndServe(*listen, "udp", names))
}

type serviceNames struct {
	services  corelisters.ServiceLister
	endpoints discoverylisters.EndpointSliceLister
}

func (n serviceNames) ServeDNS(w dns.ResponseWriter, query *dns.Msg) {
	reply := new(dns.Msg).SetReply(query)
	reply.Authoritative = true
	if len(query.Question) == 1 {
		question := query.Question[0]
		addresses, exists := n.lookUp(strings.ToLower(question.Name))
		if !exists {
			reply.Rcode = dns.RcodeNameError
		}
		if question.Qtype == dns.TypeA {
			for _, address := range addresses {
				reply.Answer = append(reply.Answer, &dns.A{
					Hdr: dns.RR_Header{Name: question.Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1},
					A:   net.ParseIP(address),
				})
			}
		}
	}
	_ = w.WriteMsg(reply)
}

func (n serviceNames) lookUp(name string) (addresses []string, exists bool) {
	path, inZone := strings.CutSuffix(name, clusterZone)
	if !inZone {
		return nil, false
	}
	labelsOfName := strings.Split(path, ".")
	host := ""
	if len(labelsOfName) == 3 {
		host, labelsOfName = labelsOfName[0], labelsOfName[1:]
	}
	if len(labelsOfName) != 2 {
		return nil, false
	}
	service, err := n.services.Services(labelsOfName[1]).Get(labelsOfName[0])
	if err != nil {
		return nil, false
	}
	if host == "" && service.Spec.ClusterIP != corev1.ClusterIPNone {
		return []string{service.Spec.ClusterIP}, true
	}
	selector := labels.SelectorFromSet(labels.Set{discovery.LabelServiceName: service.Name})
	slices, err := n.endpoints.EndpointSlices(service.Namespace).List(selector)
	if err != nil {
		return nil, false
	}
	for _, slice := range slices {
		for _, endpoint := range slice.Endpoints {
			ready := endpoint.Conditions.Ready == nil || *endpoint.Conditions.Ready || service.Spec.PublishNotReadyAddresses
			if ready && (host == "" || endpoint.Hostname != nil && *endpoint.Hostname == host) {
				addresses = append(addresses, endpoint.Addresses...)
			}
		}
	}
	return addresses, host == "" || len(addresses) > 0
}
