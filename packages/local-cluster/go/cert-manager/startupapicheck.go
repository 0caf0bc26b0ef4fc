package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"

	logf "github.com/cert-manager/cert-manager/pkg/logs"
	"github.com/cert-manager/cert-manager/pkg/util/cmapichecker"
)

// runStartupAPICheck waits until cert-manager's API answers through its webhook; the chart runs it, as `check api`,
// in a Job after an installation.
func runStartupAPICheck(ctx context.Context, arguments []string) error {
	flags := pflag.NewFlagSet("startupapicheck", pflag.ContinueOnError)
	timeout := flags.Duration("wait", 0, "how long to wait for the API to be ready")
	interval := flags.Duration("interval", 5*time.Second, "pause between attempts")
	namespace := flags.StringP("namespace", "n", os.Getenv("POD_NAMESPACE"), "namespace of the (dry-run) objects")
	flags.CountP("verbose", "v", "say why it is not ready yet")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if flags.Arg(0) != "check" || flags.Arg(1) != "api" || flags.NArg() != 2 {
		return fmt.Errorf("expected the arguments `check api`, got %q", flags.Args())
	}
	config, err := rest.InClusterConfig()
	if err != nil {
		return err
	}
	checker, err := cmapichecker.New(config, *namespace)
	if err != nil {
		return err
	}
	var last error
	// The first second decides most installations; upstream's interval would add five.
	ctx, cancel := context.WithTimeout(ctx, max(*timeout, time.Second))
	defer cancel()
	err = wait.PollUntilContextCancel(ctx, min(*interval, time.Second), true, func(ctx context.Context) (bool, error) {
		last = checker.Check(ctx)
		if last != nil {
			logf.FromContext(ctx).Info("not ready", "reason", last.Error())
		}
		return last == nil, nil
	})
	if err != nil {
		return fmt.Errorf("cert-manager's API is not ready: %w", last)
	}
	return nil
}
