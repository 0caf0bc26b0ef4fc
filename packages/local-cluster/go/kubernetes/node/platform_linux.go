package node

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

const namespaces = syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET |
	syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC | syscall.CLONE_NEWCGROUP

// prepareHost does what has to be done before the supervisor is forked.
func prepareHost(config *Config, command *exec.Cmd) error {
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if config.Isolation == nil {
		return nil
	}
	// A cgroup namespace has for its root the cgroup that its maker is in.
	if err := enterCgroup(config.Isolation.Cgroup); err != nil {
		return err
	}
	netns, err := os.Open("/proc/self/ns/net")
	if err != nil {
		return err
	}
	command.ExtraFiles = append(command.ExtraFiles, netns)
	command.SysProcAttr.Cloneflags = namespaces
	return nil
}

// connectHost does what needs the supervisor's namespaces to be there.
func connectHost(config *Config, pid int) error {
	if config.Isolation == nil {
		return nil
	}
	if err := enterLeaves(config.Isolation.Cgroup); err != nil {
		return err
	}
	return connect(config.Isolation, pid)
}

func disconnectHost(config *Config) error {
	if config.Isolation == nil {
		return nil
	}
	return disconnect(config.Isolation.HostInterface)
}

// setUp makes the node's side ready, in the supervisor.
func setUp(config *Config) error {
	if config.Isolation == nil {
		// Whatever the processes leave behind comes to the supervisor, as it would to process 1.
		return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	}
	if err := unix.Sethostname([]byte(config.Hostname)); err != nil {
		return fmt.Errorf("setting the host name: %w", err)
	}
	if err := mountRoot(config); err != nil {
		return err
	}
	if err := setUpNetwork(config.Isolation); err != nil {
		return err
	}
	return serveOutside(config.Isolation, netnsFD)
}

func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
}
