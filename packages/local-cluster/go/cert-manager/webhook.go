package main

import (
	"context"

	"github.com/spf13/pflag"

	_ "github.com/cert-manager/cert-manager/internal/webhook/feature"

	"github.com/cert-manager/cert-manager/internal/webhook"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	"github.com/cert-manager/cert-manager/pkg/webhook/configfile"
	"github.com/cert-manager/cert-manager/pkg/webhook/options"
)

func runWebhook(ctx context.Context, arguments []string) error {
	config, err := options.NewWebhookConfiguration()
	if err != nil {
		return err
	}
	file := configfile.New()
	err = parse(arguments, file,
		func() { *config = *file.Config },
		func(flags *pflag.FlagSet) { options.AddConfigFlags(flags, config) })
	if err != nil {
		return err
	}
	if err := apply(&config.Logging, config.FeatureGates); err != nil {
		return err
	}
	server, err := webhook.NewCertManagerWebhookServer(logf.FromContext(ctx), *config)
	if err != nil {
		return err
	}
	return server.Run(ctx)
}
