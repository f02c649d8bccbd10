// Command kubebox contains all of Kubernetes in one binary: the control plane, its etcd, the node agents and kubectl. It
// also contains a cluster DNS server and a device plugin for simulated accelerators.
//
//	kubebox kube-apiserver --help
//	kubebox kubectl get nodes
//
// The programs share most of their code, so one binary builds in half the time of eight and takes a third of the disk.
package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

func command(build func() *cobra.Command) func([]string) {
	return func([]string) { os.Exit(cli.Run(build())) }
}

var parts = map[string]func(args []string){
	"etcd":                    func([]string) { etcdmain.Main(os.Args) },
	"kube-apiserver":          command(apiserver.NewAPIServerCommand),
	"kube-controller-manager": command(controllermanager.NewControllerManagerCommand),
	"kube-scheduler":          command(func() *cobra.Command { return scheduler.NewSchedulerCommand() }),
	"kubelet":                 command(func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) }),
	"kube-proxy":              command(proxy.NewProxyCommand),
	"kubectl":                 command(cmd.NewDefaultKubectlCommand),
	"cluster-dns":             runClusterDNS,
	"device-plugin":           runDevicePlugin,
}

func main() {
	if len(os.Args) < 2 || parts[os.Args[1]] == nil {
		names := make([]string, 0, len(parts))
		for name := range parts {
			names = append(names, name)
		}
		slices.Sort(names)
		fmt.Fprintf(os.Stderr, "usage: kubebox %s [flags]\n", strings.Join(names, "|"))
		os.Exit(2)
	}
	// Removes the first argument, because every part reads os.Args like a separate program.
	os.Args = os.Args[1:]
	parts[os.Args[0]](os.Args[1:])
}
