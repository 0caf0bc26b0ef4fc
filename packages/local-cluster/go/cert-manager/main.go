// cert-manager in one program: controller, webhook, cainjector, HTTP-01 solver and the start-up check, chosen by the name
// the program is called by or by its first argument.
//
// Upstream keeps these commands in Go modules of their own, which are not published. This puts the same packages of
// the published module together. Some of those are internal to it, hence the name of this module.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	logf "github.com/cert-manager/cert-manager/pkg/logs"
)

var commands = map[string]func(ctx context.Context, arguments []string) error{
	"controller":      runController,
	"webhook":         runWebhook,
	"cainjector":      runCAInjector,
	"acmesolver":      runACMESolver,
	"startupapicheck": runStartupAPICheck,
}

func main() {
	arguments := os.Args
	run, ok := commands[filepath.Base(arguments[0])]
	if !ok && len(arguments) > 1 {
		arguments = arguments[1:]
		run, ok = commands[arguments[0]]
	}
	if !ok {
		fmt.Fprintln(os.Stderr, "usage: cert-manager controller|webhook|cainjector|acmesolver|startupapicheck [FLAGS]")
		os.Exit(2)
	}
	logf.InitLogs()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	ctx = logf.NewContext(ctx, logf.Log, arguments[0])
	err := run(ctx, arguments[1:])
	stop()
	logf.FlushLogs()
	if err != nil {
		fmt.Fprintf(os.Stderr, "cert-manager %s: %v\n", arguments[0], err)
		os.Exit(1)
	}
}
