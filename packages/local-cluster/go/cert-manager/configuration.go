package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/runtime"
	cliflag "k8s.io/component-base/cli/flag"
	logsapi "k8s.io/component-base/logs/api/v1"

	"github.com/cert-manager/cert-manager/internal/apis/config/shared"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	"github.com/cert-manager/cert-manager/pkg/util/configfile"
	utilfeature "github.com/cert-manager/cert-manager/pkg/util/feature"
)

// defaulted fills config, of the internal version, with the defaults of the published one.
func defaulted(newScheme func() (*runtime.Scheme, error), versioned runtime.Object, config any) error {
	scheme, err := newScheme()
	if err != nil {
		return err
	}
	scheme.Default(versioned)
	return scheme.Convert(versioned, config, nil)
}

// parse reads a configuration in upstream's order: the file that --config names, then the flags over it.
// useFile takes over what was read into file; addFlags binds the flags to the configuration as it is by then.
func parse(arguments []string, file configfile.ConfigFile, useFile func(), addFlags func(*pflag.FlagSet)) error {
	const name, usage = "config", "file with the component's configuration; flags go before it"
	configOnly := pflag.NewFlagSet("", pflag.ContinueOnError)
	configOnly.ParseErrorsAllowlist.UnknownFlags = true
	configOnly.Usage = func() {}
	path := configOnly.String(name, "", usage)
	if err := configOnly.Parse(arguments); err != nil && !errors.Is(err, pflag.ErrHelp) {
		return err
	}
	if *path != "" {
		loader, err := configfile.NewConfigurationFSLoader(os.ReadFile, *path)
		if err != nil {
			return err
		}
		if err := loader.Load(file); err != nil {
			return fmt.Errorf("%s: %w", *path, err)
		}
		useFile()
	}
	flags := pflag.NewFlagSet("cert-manager", pflag.ContinueOnError)
	flags.String(name, "", usage)
	addFlags(flags)
	return flags.Parse(arguments)
}

// apply puts the process-wide settings into effect.
func apply(logging *logsapi.LoggingConfiguration, featureGates map[string]bool) error {
	if err := logf.ValidateAndApply(logging); err != nil {
		return err
	}
	return utilfeature.DefaultMutableFeatureGate.SetFromMap(featureGates)
}

func addLeaderElectionFlags(flags *pflag.FlagSet, config *shared.LeaderElectionConfig) {
	flags.BoolVar(&config.Enabled, "leader-elect", config.Enabled, "elect a leader among the replicas")
	flags.StringVar(&config.Namespace, "leader-election-namespace", config.Namespace, "namespace of the lease")
	flags.DurationVar(&config.LeaseDuration, "leader-election-lease-duration", config.LeaseDuration, "how long a lease lasts")
	flags.DurationVar(&config.RenewDeadline, "leader-election-renew-deadline", config.RenewDeadline, "time to renew it in")
	flags.DurationVar(&config.RetryPeriod, "leader-election-retry-period", config.RetryPeriod, "pause between attempts")
}

func addFeatureGatesFlag(flags *pflag.FlagSet, gates *map[string]bool) {
	if *gates == nil {
		*gates = map[string]bool{}
	}
	flags.Var(cliflag.NewMapStringBool(gates), "feature-gates", "features to switch on or off, NAME=true|false")
}
