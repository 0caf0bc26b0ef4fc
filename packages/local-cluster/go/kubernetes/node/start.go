//go:build unix

package node

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// File descriptors that the background process gets beside the standard three.
const (
	goFD     = 3 // closed with one byte in it when the host's side is prepared
	resultFD = 4 // the background process writes an error here, or closes it when all is set up
	netnsFD  = 5 // the host's network namespace, where there is isolation
)

// start puts the supervisor into the background and returns when it is set up.
func start(config *Config, configPath string) error {
	if err := os.MkdirAll(filepath.Join(config.StateDirectory, "logs"), 0o700); err != nil {
		return err
	}
	output, err := os.OpenFile(filepath.Join(config.StateDirectory, "logs", "supervisor.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	goReader, goWriter, err := os.Pipe()
	if err != nil {
		return err
	}
	resultReader, resultWriter, err := os.Pipe()
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	command := exec.Command(self, "run", configPath)
	command.Args[0] = "cluster-node"
	command.Dir = config.StateDirectory
	command.Stdout, command.Stderr = output, output
	command.ExtraFiles = []*os.File{goReader, resultWriter}
	if err := prepareHost(config, command); err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return fmt.Errorf("starting the supervisor: %w", err)
	}
	resultWriter.Close()
	goReader.Close()
	// Before anything else, so that whatever happens next, somebody knows which process to end.
	if err := recordSupervisor(config, command.Process.Pid); err != nil {
		_ = command.Process.Kill()
		return err
	}
	if err := connectHost(config, command.Process.Pid); err != nil {
		_ = command.Process.Kill()
		return err
	}
	if _, err := goWriter.Write([]byte{1}); err != nil {
		return fmt.Errorf("the supervisor ended at once: see %s", output.Name())
	}
	goWriter.Close()
	message, err := io.ReadAll(resultReader)
	if err != nil {
		return err
	}
	if len(message) > 0 {
		_ = command.Wait()
		return fmt.Errorf("%s", message)
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]int{"pid": command.Process.Pid})
}

// recordSupervisor writes supervisor.json: the process, and when it started as the kernel counts it, for process numbers are used again.
func recordSupervisor(config *Config, pid int) error {
	content, err := json.Marshal(map[string]any{"pid": pid, "startTime": startTime(pid)})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(config.StateDirectory, "supervisor.json"), content, 0o600)
}

// startTime is field 22 of /proc/PID/stat; empty where there is no /proc.
func startTime(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// The second field is the program's name in brackets, which may itself hold spaces and brackets.
	_, rest, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " ")
	fields := strings.Fields(rest)
	if len(fields) < 20 {
		return ""
	}
	return fields[19]
}

// run is the supervisor.
func run(config *Config) error {
	goReader, result := os.NewFile(goFD, "go"), os.NewFile(resultFD, "result")
	if n, _ := goReader.Read(make([]byte, 1)); n != 1 {
		return fmt.Errorf("the program that started this one ended before it had prepared the host")
	}
	goReader.Close()
	if err := setUp(config); err != nil {
		fmt.Fprintf(result, "%v", err)
		return err
	}
	result.Close()
	return supervise(config)
}
