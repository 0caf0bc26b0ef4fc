package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/spf13/pflag"

	"github.com/cert-manager/cert-manager/pkg/issuer/acme/http/solver"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
)

// runACMESolver answers an HTTP-01 challenge; the controller runs it in a pod for each.
func runACMESolver(ctx context.Context, arguments []string) error {
	server := &solver.HTTP01Solver{}
	flags := pflag.NewFlagSet("acmesolver", pflag.ContinueOnError)
	flags.IntVar(&server.ListenPort, "listen-port", 8089, "port to answer at")
	flags.StringVar(&server.Domain, "domain", "", "hostname that is to be proven")
	flags.StringVar(&server.Token, "token", "", "token of the challenge, the last part of its path")
	flags.StringVar(&server.Key, "key", "", "what to answer")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	stopped := context.AfterFunc(ctx, func() {
		shutdown, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(shutdown)
	})
	defer stopped()
	if err := server.Listen(logf.FromContext(ctx)); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
