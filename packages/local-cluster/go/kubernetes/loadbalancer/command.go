// Package loadbalancer gives Services of type LoadBalancer an address, as a cloud would: upstream's service controller
// with a provider that hands out addresses of one range. kube-proxy on the node answers for them.
package loadbalancer

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/cloud-provider/controllers/service"
	"k8s.io/component-base/metrics/prometheus/controllers"
)

const (
	clusterName = "app-network"
	workers     = 4
	resync      = 10 * time.Minute
)

// NewCommand returns the command that runs the service controller until it is told to end.
func NewCommand() *cobra.Command {
	var kubeconfig, addresses string
	command := &cobra.Command{
		Use:           "cloud-controller-manager",
		Short:         "Gives Services of type LoadBalancer an address of the cluster's range",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: false,
		RunE: func(command *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(command.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return run(ctx, kubeconfig, addresses)
		},
	}
	command.SetContext(context.Background())
	command.Flags().StringVar(&kubeconfig, "kubeconfig", "", "kubeconfig of the cluster")
	command.Flags().StringVar(&addresses, "addresses", "", "range of the load balancers, as a CIDR")
	return command
}

func run(ctx context.Context, kubeconfig, addresses string) error {
	prefix, err := netip.ParsePrefix(addresses)
	if err != nil {
		return fmt.Errorf("--addresses: %w", err)
	}
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return fmt.Errorf("--kubeconfig: %w", err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, resync)
	services := factory.Core().V1().Services()
	provider := &provider{addresses: newAddresses(prefix, services.Lister())}
	controller, err := service.New(provider, client, services, factory.Core().V1().Nodes(), clusterName, utilfeature.DefaultFeatureGate)
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	// An address may only be given out when the Services that hold one already are known.
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			return errors.Join(ctx.Err(), fmt.Errorf("the cache of %v did not fill", kind))
		}
	}
	controller.Run(ctx, workers, controllers.NewControllerManagerMetrics("cloud-controller-manager"))
	return nil
}
