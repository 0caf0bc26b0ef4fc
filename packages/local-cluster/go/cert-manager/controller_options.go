package main

import (
	"fmt"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/sets"

	controllerconfig "github.com/cert-manager/cert-manager/internal/apis/config/controller"
	"github.com/cert-manager/cert-manager/pkg/controller"
	dnsutil "github.com/cert-manager/cert-manager/pkg/issuer/acme/dns/util"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
)

// addControllerFlags adds the flags that upstream's chart may pass; everything else is set in the configuration file.
func addControllerFlags(flags *pflag.FlagSet, config *controllerconfig.ControllerConfiguration) {
	flags.StringVar(&config.KubeConfig, "kubeconfig", config.KubeConfig, "kubeconfig file; in the cluster none is needed")
	flags.StringVar(&config.Namespace, "namespace", config.Namespace, "the one namespace to work in")
	flags.StringVar(&config.ClusterResourceNamespace, "cluster-resource-namespace", config.ClusterResourceNamespace,
		"namespace of the Secrets of ClusterIssuers")
	flags.StringSliceVar(&config.Controllers, "controllers", config.Controllers, "controllers to run: *, NAME, -NAME")
	flags.IntVar(&config.MaxConcurrentChallenges, "max-concurrent-challenges", config.MaxConcurrentChallenges,
		"how many ACME challenges are processed at once")
	flags.BoolVar(&config.EnableCertificateOwnerRef, "enable-certificate-owner-ref", config.EnableCertificateOwnerRef,
		"make the Certificate the owner of its Secret")
	flags.BoolVar(&config.GatewayAPIConfig.Enabled, "enable-gateway-api", config.GatewayAPIConfig.Enabled,
		"watch Gateways of the Gateway API")
	flags.StringVar(&config.MetricsListenAddress, "metrics-listen-address", config.MetricsListenAddress, "address of the metrics")

	shim := &config.IngressShimConfig
	flags.StringVar(&shim.DefaultIssuerName, "default-issuer-name", shim.DefaultIssuerName, "issuer of Ingresses that name none")
	flags.StringVar(&shim.DefaultIssuerKind, "default-issuer-kind", shim.DefaultIssuerKind, "its kind")
	flags.StringVar(&shim.DefaultIssuerGroup, "default-issuer-group", shim.DefaultIssuerGroup, "its API group")

	http01, dns01 := &config.ACMEHTTP01Config, &config.ACMEDNS01Config
	flags.StringVar(&http01.SolverImage, "acme-http01-solver-image", http01.SolverImage, "image of the HTTP-01 solver")
	flags.StringVar(&http01.SolverRuntimeClassName, "acme-http01-solver-runtime-class-name", http01.SolverRuntimeClassName,
		"RuntimeClass of its pod")
	flags.StringToStringVar(&http01.SolverExtraLabels, "acme-http01-solver-extra-labels", http01.SolverExtraLabels,
		"labels of its pod")
	flags.StringSliceVar(&dns01.RecursiveNameservers, "dns01-recursive-nameservers", dns01.RecursiveNameservers,
		"name servers for the check of DNS-01 challenges")
	flags.BoolVar(&dns01.RecursiveNameserversOnly, "dns01-recursive-nameservers-only", dns01.RecursiveNameserversOnly,
		"ask those alone")

	addLeaderElectionFlags(flags, &config.LeaderElectionConfig.LeaderElectionConfig)
	addFeatureGatesFlag(flags, &config.FeatureGates)
	logf.AddFlags(&config.Logging, flags)
}

// contextOptions is what the controllers need of the configuration.
func contextOptions(config *controllerconfig.ControllerConfiguration) (controller.ContextOptions, error) {
	http01, dns01, shim := config.ACMEHTTP01Config, config.ACMEDNS01Config, config.IngressShimConfig
	nameservers := dns01.RecursiveNameservers
	if len(nameservers) == 0 {
		nameservers = dnsutil.RecursiveNameservers
	}
	options := controller.ContextOptions{
		Kubeconfig:         config.KubeConfig,
		KubernetesAPIQPS:   config.KubernetesAPIQPS,
		KubernetesAPIBurst: config.KubernetesAPIBurst,
		Namespace:          config.Namespace,
		IssuerOptions: controller.IssuerOptions{
			ClusterResourceNamespace:        config.ClusterResourceNamespace,
			ClusterIssuerAmbientCredentials: config.ClusterIssuerAmbientCredentials,
			IssuerAmbientCredentials:        config.IssuerAmbientCredentials,
		},
		ACMEOptions: controller.ACMEOptions{
			HTTP01SolverImage:            http01.SolverImage,
			ACMEHTTP01SolverRunAsNonRoot: http01.SolverRunAsNonRoot,
			HTTP01SolverRuntimeClassName: http01.SolverRuntimeClassName,
			HTTP01SolverNameservers:      http01.SolverNameservers,
			HTTP01SolverExtraLabels:      http01.SolverExtraLabels,
			DNS01CheckAuthoritative:      !dns01.RecursiveNameserversOnly,
			DNS01Nameservers:             nameservers,
			DNS01CheckRetryPeriod:        dns01.CheckRetryPeriod,
		},
		IngressShimOptions: controller.IngressShimOptions{
			DefaultIssuerName:                 shim.DefaultIssuerName,
			DefaultIssuerKind:                 shim.DefaultIssuerKind,
			DefaultIssuerGroup:                shim.DefaultIssuerGroup,
			DefaultAutoCertificateAnnotations: shim.DefaultAutoCertificateAnnotations,
			ExtraCertificateAnnotations:       shim.ExtraCertificateAnnotations,
			GatewayAPIExtraProtocols:          sets.New(config.GatewayAPIConfig.ExtraProtocols...),
		},
		CertificateOptions: controller.CertificateOptions{
			EnableOwnerRef:                           config.EnableCertificateOwnerRef,
			CopiedAnnotationPrefixes:                 config.CopiedAnnotationPrefixes,
			CertificateRequestMinimumBackoffDuration: config.CertificateRequestMinimumBackoffDuration,
			CertificateRequestMaximumBackoffDuration: config.CertificateRequestMaximumBackoffDuration,
		},
		SchedulerOptions: controller.SchedulerOptions{MaxConcurrentChallenges: config.MaxConcurrentChallenges},
		ConfigOptions: controller.ConfigOptions{
			EnableGatewayAPI:            config.GatewayAPIConfig.Enabled,
			EnableGatewayAPIListenerSet: config.GatewayAPIConfig.EnableListenerSet,
		},
	}
	for _, quantity := range []struct {
		name  string
		value string
		into  *resource.Quantity
	}{
		{"solverResourceRequestCPU", http01.SolverResourceRequestCPU, &options.HTTP01SolverResourceRequestCPU},
		{"solverResourceRequestMemory", http01.SolverResourceRequestMemory, &options.HTTP01SolverResourceRequestMemory},
		{"solverResourceLimitsCPU", http01.SolverResourceLimitsCPU, &options.HTTP01SolverResourceLimitsCPU},
		{"solverResourceLimitsMemory", http01.SolverResourceLimitsMemory, &options.HTTP01SolverResourceLimitsMemory},
	} {
		parsed, err := resource.ParseQuantity(quantity.value)
		if err != nil {
			return options, fmt.Errorf("acmeHTTP01Config.%s %q is not a quantity: %w", quantity.name, quantity.value, err)
		}
		*quantity.into = parsed
	}
	return options, nil
}
