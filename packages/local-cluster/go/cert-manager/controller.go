package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"

	_ "github.com/cert-manager/cert-manager/pkg/issuer/acme"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/ca"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/selfsigned"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/vault"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/venafi"

	controllerconfig "github.com/cert-manager/cert-manager/internal/apis/config/controller"
	configscheme "github.com/cert-manager/cert-manager/internal/apis/config/controller/scheme"
	// Imports, and so registers, every controller that can be named below.
	defaults "github.com/cert-manager/cert-manager/internal/apis/config/controller/v1alpha1"
	"github.com/cert-manager/cert-manager/internal/controller/feature"
	"github.com/cert-manager/cert-manager/internal/pem"
	"github.com/cert-manager/cert-manager/pkg/apis/config/controller/v1alpha1"
	"github.com/cert-manager/cert-manager/pkg/controller"
	shimgateways "github.com/cert-manager/cert-manager/pkg/controller/certificate-shim/gateways"
	"github.com/cert-manager/cert-manager/pkg/controller/configfile"
	"github.com/cert-manager/cert-manager/pkg/healthz"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	"github.com/cert-manager/cert-manager/pkg/server"
	utilfeature "github.com/cert-manager/cert-manager/pkg/util/feature"
)

func runController(ctx context.Context, arguments []string) error {
	config, err := readControllerConfiguration(arguments)
	if err != nil {
		return err
	}
	pem.SetGlobalSizeLimits(pem.NewSizeLimitsFromConfig(
		config.PEMSizeLimitsConfig.MaxCertificateSize,
		config.PEMSizeLimitsConfig.MaxPrivateKeySize,
		config.PEMSizeLimitsConfig.MaxChainLength,
		config.PEMSizeLimitsConfig.MaxBundleSize,
	))
	options, err := contextOptions(config)
	if err != nil {
		return err
	}
	factory, err := controller.NewContextFactory(ctx, options)
	if err != nil {
		return err
	}

	group, ctx := errgroup.WithContext(ctx)
	health := healthz.NewServer(config.LeaderElectionConfig.HealthzTimeout)
	healthListener, err := server.Listen(ctx, "tcp", config.HealthzListenAddress)
	if err != nil {
		return err
	}
	group.Go(func() error { return health.Start(ctx, healthListener) })
	group.Go(func() error {
		return runLeader(ctx, config, factory, health, func(ctx context.Context) error {
			return runControllers(ctx, config, factory)
		})
	})
	return group.Wait()
}

func readControllerConfiguration(arguments []string) (*controllerconfig.ControllerConfiguration, error) {
	config := &controllerconfig.ControllerConfiguration{}
	err := defaulted(func() (*runtime.Scheme, error) {
		scheme, _, err := configscheme.NewSchemeAndCodecs()
		return scheme, err
	}, &v1alpha1.ControllerConfiguration{}, config)
	if err != nil {
		return nil, err
	}
	file := configfile.New()
	err = parse(arguments, file,
		func() { *config = *file.Config },
		func(flags *pflag.FlagSet) { addControllerFlags(flags, config) })
	if err != nil {
		return nil, err
	}
	return config, apply(&config.Logging, config.FeatureGates)
}

// runLeader runs until the context ends, holding the lease that keeps a second replica idle.
func runLeader(
	ctx context.Context,
	config *controllerconfig.ControllerConfiguration,
	factory *controller.ContextFactory,
	health *healthz.Server,
	run func(context.Context) error,
) error {
	election := config.LeaderElectionConfig
	if !election.Enabled {
		return run(ctx)
	}
	leader, err := factory.Build("leader-election")
	if err != nil {
		return err
	}
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	lock, err := resourcelock.New(resourcelock.LeasesResourceLock, election.Namespace, "cert-manager-controller",
		leader.Client.CoreV1(), leader.Client.CoordinationV1(), resourcelock.ResourceLockConfig{
			Identity:      fmt.Sprintf("%s-%d", host, os.Getpid()),
			EventRecorder: leader.Recorder,
		})
	if err != nil {
		return err
	}
	electionCtx, release := context.WithCancel(ctx)
	defer release()
	var runError error
	elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
		Lock:            lock,
		LeaseDuration:   election.LeaseDuration,
		RenewDeadline:   election.RenewDeadline,
		RetryPeriod:     election.RetryPeriod,
		ReleaseOnCancel: true,
		WatchDog:        health.LeaderHealthzAdaptor,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(ctx context.Context) {
				defer release()
				runError = run(ctx)
			},
			OnStoppedLeading: func() {},
		},
	})
	if err != nil {
		return err
	}
	elector.Run(electionCtx)
	if ctx.Err() == nil && runError == nil {
		return errors.New("lost the lease of leader election")
	}
	return runError
}

func runControllers(ctx context.Context, config *controllerconfig.ControllerConfiguration, factory *controller.ContextFactory) error {
	log := logf.FromContext(ctx)
	shared, err := factory.Build()
	if err != nil {
		return err
	}
	shared.Metrics.SetupACMECollector(shared.SharedInformerFactory.Acme().V1().Challenges().Lister())
	shared.Metrics.SetupCertificateCollector(shared.SharedInformerFactory.Certmanager().V1().Certificates().Lister())
	shared.Metrics.SetupIssuerCollector(shared.SharedInformerFactory.Certmanager().V1().Issuers().Lister())
	if config.Namespace == "" {
		shared.Metrics.SetupClusterIssuerCollector(shared.SharedInformerFactory.Certmanager().V1().ClusterIssuers().Lister())
	}

	group, ctx := errgroup.WithContext(ctx)
	listener, err := server.Listen(ctx, "tcp", config.MetricsListenAddress)
	if err != nil {
		return err
	}
	metrics := shared.Metrics.NewServer(listener)
	group.Go(func() error {
		if err := metrics.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		shutdown, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		return metrics.Shutdown(shutdown)
	})

	known := controller.Known()
	for _, name := range enabledControllers(config) {
		create, ok := known[name]
		if !ok {
			return fmt.Errorf("no controller is called %q", name)
		}
		instance, err := create(factory)
		if err != nil {
			return fmt.Errorf("controller %s: %w", name, err)
		}
		log.Info("starting controller", "controller", name)
		group.Go(func() error { return instance.Run(config.NumberOfConcurrentWorkers, ctx) })
	}
	// Only now: creating a controller is what asks the factories for its informers.
	shared.SharedInformerFactory.Start(ctx.Done())
	shared.KubeSharedInformerFactory.Start(ctx.Done())
	shared.HTTP01ResourceMetadataInformersFactory.Start(ctx.Done())
	if config.GatewayAPIConfig.Enabled {
		shared.GWShared.Start(ctx.Done())
	}
	return group.Wait()
}

// enabledControllers reads the list as kube-controller-manager does: `*` is the default, `-name` is without that one.
func enabledControllers(config *controllerconfig.ControllerConfiguration) []string {
	enabled := sets.New[string]()
	for _, name := range config.Controllers {
		switch {
		case name == "*":
			enabled.Insert(defaults.DefaultEnabledControllers...)
		case name[:1] != "-":
			enabled.Insert(name)
		}
	}
	if config.GatewayAPIConfig.Enabled && utilfeature.DefaultFeatureGate.Enabled(feature.ExperimentalGatewayAPISupport) {
		enabled.Insert(shimgateways.ControllerName)
	}
	if utilfeature.DefaultFeatureGate.Enabled(feature.ExperimentalCertificateSigningRequestControllers) {
		enabled.Insert(defaults.ExperimentalCertificateSigningRequestControllers...)
	}
	for _, name := range config.Controllers {
		if name[:1] == "-" {
			enabled.Delete(name[1:])
		}
	}
	if config.Namespace != "" {
		enabled.Delete(defaults.ClusterScopedControllers...)
	}
	names := enabled.UnsortedList()
	slices.Sort(names)
	return names
}
