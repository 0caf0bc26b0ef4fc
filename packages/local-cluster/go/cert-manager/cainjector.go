package main

import (
	"context"

	"github.com/spf13/pflag"
	admissionregistration "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"

	_ "github.com/cert-manager/cert-manager/internal/cainjector/feature"

	cainjectorconfig "github.com/cert-manager/cert-manager/internal/apis/config/cainjector"
	configscheme "github.com/cert-manager/cert-manager/internal/apis/config/cainjector/scheme"
	"github.com/cert-manager/cert-manager/internal/kube"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	"github.com/cert-manager/cert-manager/pkg/apis/config/cainjector/v1alpha1"
	"github.com/cert-manager/cert-manager/pkg/cainjector/configfile"
	"github.com/cert-manager/cert-manager/pkg/controller/cainjector"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	"github.com/cert-manager/cert-manager/pkg/util"
)

func runCAInjector(ctx context.Context, arguments []string) error {
	config := &cainjectorconfig.CAInjectorConfiguration{}
	err := defaulted(func() (*runtime.Scheme, error) {
		scheme, _, err := configscheme.NewSchemeAndCodecs()
		return scheme, err
	}, &v1alpha1.CAInjectorConfiguration{}, config)
	if err != nil {
		return err
	}
	file := configfile.New()
	err = parse(arguments, file,
		func() { *config = *file.Config },
		func(flags *pflag.FlagSet) { addCAInjectorFlags(flags, config) })
	if err != nil {
		return err
	}
	if err := apply(&config.Logging, config.FeatureGates); err != nil {
		return err
	}
	ctrl.SetLogger(logf.FromContext(ctx))

	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		certmanager.AddToScheme, corev1.AddToScheme, admissionregistration.AddToScheme,
		apiextensions.AddToScheme, apiregistration.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			return err
		}
	}
	restConfig, err := kube.BuildClientConfig("", config.KubeConfig)
	if err != nil {
		return err
	}
	election := config.LeaderElectionConfig
	manager, err := ctrl.NewManager(util.RestConfigWithUserAgent(restConfig, "cainjector"), ctrl.Options{
		Scheme:                  scheme,
		Cache:                   namespacedCache(config.Namespace),
		LeaderElection:          election.Enabled,
		LeaderElectionID:        "cert-manager-cainjector-leader-election",
		LeaderElectionNamespace: election.Namespace,
		LeaseDuration:           &election.LeaseDuration,
		RenewDeadline:           &election.RenewDeadline,
		RetryPeriod:             &election.RetryPeriod,
		// A replaced pod hands its lease over at once rather than after a minute.
		LeaderElectionReleaseOnCancel: true,
		Metrics:                       server.Options{BindAddress: config.MetricsListenAddress},
		// Secrets are watched by their metadata alone; reading one through the cache would watch them whole.
		Client: client.Options{Cache: &client.CacheOptions{DisableFor: []client.Object{&corev1.Secret{}}}},
	})
	if err != nil {
		return err
	}
	injectables := config.EnableInjectableConfig
	err = cainjector.RegisterAllInjectors(ctx, manager, cainjector.SetupOptions{
		Namespace:                    config.Namespace,
		IgnoreNamespaces:             config.IgnoreNamespaces,
		EnableCertificatesDataSource: config.EnableDataSourceConfig.Certificates,
		EnabledReconcilersFor: map[string]bool{
			cainjector.MutatingWebhookConfigurationName:   injectables.MutatingWebhookConfigurations,
			cainjector.ValidatingWebhookConfigurationName: injectables.ValidatingWebhookConfigurations,
			cainjector.APIServiceName:                     injectables.APIServices,
			cainjector.CustomResourceDefinitionName:       injectables.CustomResourceDefinitions,
		},
	})
	if err != nil {
		return err
	}
	return manager.Start(ctx)
}

func addCAInjectorFlags(flags *pflag.FlagSet, config *cainjectorconfig.CAInjectorConfiguration) {
	flags.StringVar(&config.KubeConfig, "kubeconfig", config.KubeConfig, "kubeconfig file; in the cluster none is needed")
	flags.StringVar(&config.Namespace, "namespace", config.Namespace, "the one namespace to work in")
	flags.StringVar(&config.MetricsListenAddress, "metrics-listen-address", config.MetricsListenAddress, "address of the metrics")
	addLeaderElectionFlags(flags, &config.LeaderElectionConfig)
	addFeatureGatesFlag(flags, &config.FeatureGates)
	logf.AddFlags(&config.Logging, flags)
}

func namespacedCache(namespace string) cache.Options {
	if namespace == "" {
		return cache.Options{}
	}
	return cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}}
}
