//go:build unix

package node

import (
	"encoding/json"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	firstBackoff = 500 * time.Millisecond
	lastBackoff  = 30 * time.Second
	// A process that ran this long is started afresh without the backoff of its earlier failures.
	settled = time.Minute
	// How long processes may take to end before they are killed.
	grace = 2 * time.Second
)

// processState is what processes.json says of each process. Its pid is the one inside the node.
type processState struct {
	Name      string    `json:"name"`
	PID       int       `json:"pid"`
	Ready     bool      `json:"ready"`
	Restarts  int       `json:"restarts"`
	StartedAt time.Time `json:"startedAt"`
	LastExit  string    `json:"lastExit,omitempty"`

	process Process
	backoff time.Duration
}

// supervisor owns the processes. Everything happens on one goroutine that stays on one thread: forking and reaping are in
// one order, and the signal that children get when their parent thread ends comes only when the supervisor itself ends.
type supervisor struct {
	config  *Config
	states  []*processState
	started chan string // name of a process to start now
	probed  chan probeResult
}

type probeResult struct {
	name string
	pid  int
}

// supervise runs the processes until it gets SIGTERM or SIGINT.
func supervise(config *Config) error {
	runtime.LockOSThread()
	s := &supervisor{config: config, started: make(chan string, len(config.Processes)), probed: make(chan probeResult)}
	for _, process := range config.Processes {
		s.states = append(s.states, &processState{Name: process.Name, process: process, backoff: firstBackoff})
	}
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGCHLD, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	// Files that processes wait for come from outside.
	files := time.NewTicker(200 * time.Millisecond)
	defer files.Stop()
	s.startWhatCan()
	s.report()
	for {
		select {
		case <-files.C:
			if !s.startWhatCan() {
				continue
			}
		case received := <-signals:
			switch received {
			case syscall.SIGCHLD:
				s.reap(s.startAgain)
			case syscall.SIGTERM, syscall.SIGINT:
				return s.end(signals)
			}
		case name := <-s.started:
			s.start(s.state(name))
		case result := <-s.probed:
			if state := s.state(result.name); state.PID == result.pid && !state.Ready {
				state.Ready = true
				log.Printf("%s is ready after %s", state.Name, time.Since(state.StartedAt).Round(time.Millisecond))
				s.startWhatCan()
			}
		}
		s.report()
	}
}

func (s *supervisor) state(name string) *processState {
	return s.states[slices.IndexFunc(s.states, func(state *processState) bool { return state.Name == name })]
}

// startWhatCan starts the processes that never ran and that wait for nothing any more, and tells whether there were any.
func (s *supervisor) startWhatCan() bool {
	started := false
	for _, state := range s.states {
		if state.StartedAt.IsZero() && !s.waits(state.process) {
			s.start(state)
			started = true
		}
	}
	return started
}

func (s *supervisor) waits(process Process) bool {
	if process.AfterFile != "" {
		if _, err := os.Stat(process.AfterFile); err != nil {
			return true
		}
	}
	return slices.ContainsFunc(process.After, func(name string) bool { return !s.state(name).Ready })
}

func (s *supervisor) start(state *processState) {
	state.StartedAt = time.Now()
	pid, err := s.spawn(state.process)
	if err != nil {
		s.startAgain(state, err.Error())
		return
	}
	state.PID = pid
	log.Printf("%s started, process %d", state.Name, pid)
	go s.probe(state.process, pid)
}

// spawn forks without os/exec: process 1 has to collect every orphan, and os/exec would miss the children that a general wait collects.
func (s *supervisor) spawn(process Process) (int, error) {
	path := filepath.Join(s.config.StateDirectory, "logs", process.Name+".log")
	output, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return 0, err
	}
	defer output.Close()
	input, err := os.Open(os.DevNull)
	if err != nil {
		return 0, err
	}
	defer input.Close()
	return syscall.ForkExec(process.Path, append([]string{process.Name}, process.Args...), &syscall.ProcAttr{
		Dir:   s.config.StateDirectory,
		Env:   append(environment(), process.Env...),
		Files: []uintptr{input.Fd(), output.Fd(), output.Fd()},
		Sys:   childAttributes(),
	})
}

// environment hands on what programs need of the caller's, and not its proxies or cloud credentials.
func environment() []string {
	kept := []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	for _, name := range []string{"HOME", "LANG", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR"} {
		if value, ok := os.LookupEnv(name); ok {
			kept = append(kept, name+"="+value)
		}
	}
	return kept
}

func (s *supervisor) probe(process Process, pid int) {
	for alive(pid) {
		if process.Ready.succeeds() {
			s.probed <- probeResult{process.Name, pid}
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

// reap collects ended children, those included that others left behind, and says which processes were among them.
func (s *supervisor) reap(ended func(state *processState, reason string)) {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		for _, state := range s.states {
			if state.PID == pid {
				ended(state, describe(status))
			}
		}
	}
}

func describe(status syscall.WaitStatus) string {
	if status.Signaled() {
		return "signal: " + status.Signal().String()
	}
	return "exit code " + strconv.Itoa(status.ExitStatus())
}

func (s *supervisor) startAgain(state *processState, reason string) {
	if time.Since(state.StartedAt) > settled {
		state.backoff = firstBackoff
	}
	delay := state.backoff
	state.backoff = min(2*state.backoff, lastBackoff)
	state.PID, state.Ready, state.LastExit = 0, false, reason
	state.Restarts++
	log.Printf("%s ended (%s), starting it again in %s", state.Name, reason, delay)
	name := state.Name
	time.AfterFunc(delay, func() { s.started <- name })
}

// end asks the processes to end, the last started first, kills those that don't, and collects them all.
func (s *supervisor) end(signals chan os.Signal) error {
	log.Print("ending")
	for _, state := range slices.Backward(s.states) {
		if state.PID != 0 {
			_ = syscall.Kill(state.PID, syscall.SIGTERM)
		}
	}
	deadline := time.After(grace)
	for slices.ContainsFunc(s.states, func(state *processState) bool { return state.PID != 0 }) {
		select {
		case <-deadline:
			for _, state := range s.states {
				if state.PID != 0 {
					_ = syscall.Kill(state.PID, syscall.SIGKILL)
				}
			}
		case <-signals:
			s.reap(func(state *processState, _ string) { state.PID = 0 })
		}
	}
	return nil
}

// report writes processes.json, whole or not at all.
func (s *supervisor) report() {
	content, err := json.MarshalIndent(s.states, "", "  ")
	if err == nil {
		path := filepath.Join(s.config.StateDirectory, "processes.json")
		if err = os.WriteFile(path+".new", content, 0o600); err == nil {
			err = os.Rename(path+".new", path)
		}
	}
	if err != nil && !strings.Contains(err.Error(), "no such file") { // no such file: the cluster is being taken down
		log.Printf("processes.json: %v", err)
	}
}
