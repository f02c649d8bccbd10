package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	deviceplugin "k8s.io/kubelet/pkg/apis/deviceplugin/v1beta1"
)

// runDevicePlugin reports simulated resources to the kubelet. The kubelet treats them as real ones: it counts them,
// allocates each to one container at a time, and reports them as capacity of the node.
//
//	kubebox device-plugin nvidia.com/gpu=8 vpc.amazonaws.com/efa=32
func runDevicePlugin(args []string) {
	flags := flag.NewFlagSet("device-plugin", flag.ExitOnError)
	dir := flags.String("dir", deviceplugin.DevicePluginPath, "folder that contains the kubelet's registration socket")
	_ = flags.Parse(args)
	if flags.NArg() == 0 {
		log.Fatal("device-plugin: no resource given; pass RESOURCE=COUNT, for example nvidia.com/gpu=8")
	}
	for _, arg := range flags.Args() {
		resource, text, _ := strings.Cut(arg, "=")
		count, err := strconv.Atoi(text)
		if err != nil || count < 0 {
			log.Fatalf("device-plugin: %q must have the form RESOURCE=COUNT, for example nvidia.com/gpu=8", arg)
		}
		go keepRegistered(*dir, resource, count)
	}
	select {}
}

// keepRegistered serves one resource forever. A starting kubelet empties its plugin folder, so a missing socket means
// that the plugin must register again.
func keepRegistered(dir, resource string, count int) {
	socket := filepath.Join(dir, strings.NewReplacer("/", "-", ".", "-").Replace(resource)+".sock")
	for {
		if err := serveUntilForgotten(dir, socket, resource, count); err != nil {
			log.Printf("%s: %v", resource, err)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

func serveUntilForgotten(dir, socket, resource string, count int) error {
	_ = os.Remove(socket)
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	defer server.Stop()
	deviceplugin.RegisterDevicePluginServer(server, &pretendDevices{resource: resource, count: count})
	go func() { _ = server.Serve(listener) }()

	connection, err := grpc.NewClient("unix://"+filepath.Join(dir, "kubelet.sock"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, err = deviceplugin.NewRegistrationClient(connection).Register(ctx, &deviceplugin.RegisterRequest{
		Version: deviceplugin.Version, Endpoint: filepath.Base(socket), ResourceName: resource,
	})
	if err != nil {
		return err
	}
	log.Printf("%s: %d registered", resource, count)
	for err == nil {
		time.Sleep(time.Second)
		_, err = os.Stat(socket)
	}
	return fmt.Errorf("the kubelet has restarted and removed the socket; registering again: %w", err)
}

type pretendDevices struct {
	deviceplugin.UnimplementedDevicePluginServer
	resource string
	count    int
}

func (d *pretendDevices) GetDevicePluginOptions(context.Context, *deviceplugin.Empty) (*deviceplugin.DevicePluginOptions, error) {
	return &deviceplugin.DevicePluginOptions{}, nil
}

func (d *pretendDevices) ListAndWatch(_ *deviceplugin.Empty, stream deviceplugin.DevicePlugin_ListAndWatchServer) error {
	devices := make([]*deviceplugin.Device, d.count)
	for i := range devices {
		devices[i] = &deviceplugin.Device{ID: strconv.Itoa(i), Health: deviceplugin.Healthy}
	}
	if err := stream.Send(&deviceplugin.ListAndWatchResponse{Devices: devices}); err != nil {
		return err
	}
	<-stream.Context().Done()
	return nil
}

func (d *pretendDevices) Allocate(_ context.Context, request *deviceplugin.AllocateRequest) (*deviceplugin.AllocateResponse, error) {
	response := &deviceplugin.AllocateResponse{}
	for _, container := range request.ContainerRequests {
		ids := strings.Join(container.DevicesIds, ",")
		envs := map[string]string{"PRETEND_" + strings.ToUpper(strings.NewReplacer("/", "_", ".", "_", "-", "_").Replace(d.resource)): ids}
		if d.resource == "nvidia.com/gpu" {
			envs["NVIDIA_VISIBLE_DEVICES"] = ids
		}
		response.ContainerResponses = append(response.ContainerResponses, &deviceplugin.ContainerAllocateResponse{Envs: envs})
	}
	return response, nil
}

func (d *pretendDevices) PreStartContainer(context.Context, *deviceplugin.PreStartContainerRequest) (*deviceplugin.PreStartContainerResponse, error) {
	return &deviceplugin.PreStartContainerResponse{}, nil
}

func (d *pretendDevices) GetPreferredAllocation(context.Context, *deviceplugin.PreferredAllocationRequest) (*deviceplugin.PreferredAllocationResponse, error) {
	return &deviceplugin.PreferredAllocationResponse{}, nil
}
