//go:build unix && !linux

package node

import (
	"errors"
	"os/exec"
	"syscall"
)

func prepareHost(config *Config, command *exec.Cmd) error {
	if config.Isolation != nil {
		return errors.New("a node needs Linux")
	}
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return nil
}

func connectHost(*Config, int) error { return nil }

func disconnectHost(*Config) error { return nil }

func setUp(*Config) error { return nil }

func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
