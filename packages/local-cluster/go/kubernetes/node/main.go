// Package node runs a cluster's processes as one unit. As root on Linux they live in namespaces of their own, as on a
// machine of its own that is joined to the host by one cable: ending the supervisor, which is process 1 in there, ends
// every process, mount, network device and packet filter rule with it. Elsewhere they are plain child processes.
package node

import (
	"encoding/json"
	"fmt"
	"os"
)

const usage = `usage:
  cluster-node start CONFIG.json
    Starts the processes of CONFIG.json in the background and prints {"pid": …} of the one that holds them all.
  cluster-node disconnect CONFIG.json
    Removes the host's end of the cable.
`

// Main is the command's entry; it returns the exit code.
func Main() int {
	if len(os.Args) != 3 {
		fmt.Fprint(os.Stderr, usage)
		return 2
	}
	config, err := readConfig(os.Args[2])
	if err == nil {
		switch os.Args[1] {
		case "start":
			err = start(config, os.Args[2])
		case "disconnect":
			err = disconnectHost(config)
		case "run": // what start runs in the background
			err = run(config)
		default:
			fmt.Fprint(os.Stderr, usage)
			return 2
		}
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "cluster-node: %v\n", err)
		return 1
	}
	return 0
}

// Config says what to run and where.
type Config struct {
	// Hostname is the node's name.
	Hostname string `json:"hostname"`
	// StateDirectory holds logs/, var/ (the node's /var), and what the supervisor reports: supervisor.json and processes.json.
	StateDirectory string `json:"stateDirectory"`
	// ReadOnlyDirectories are further directories that are seen in the node under their own path.
	ReadOnlyDirectories []string `json:"readOnlyDirectories"`
	// Isolation is left out to run the processes as plain children.
	Isolation *Isolation `json:"isolation,omitempty"`
	Processes []Process  `json:"processes"`
}

// Isolation describes the node's own place on the host.
type Isolation struct {
	// Cgroup is a path below each cgroup hierarchy's root.
	Cgroup string `json:"cgroup"`
	// HostInterface is the name of the host's end of the cable.
	HostInterface string `json:"hostInterface"`
	// HostAddress and NodeAddress are the two ends, each with the prefix length.
	HostAddress string `json:"hostAddress"`
	NodeAddress string `json:"nodeAddress"`
	// LoadBalancerRange is routed to the node.
	LoadBalancerRange string `json:"loadBalancerRange"`
	// PinnedSysctls are settings of the whole machine that the kubelet would change: it finds them set as it wants, in
	// files that only the node sees.
	PinnedSysctls map[string]string `json:"pinnedSysctls"`
}

// Process is one program, started again whenever it ends.
type Process struct {
	Name string   `json:"name"`
	Path string   `json:"path"`
	Args []string `json:"args"`
	Env  []string `json:"env"`
	// After names the processes that have to be ready first.
	After []string `json:"after"`
	// AfterFile is a file that has to be there first.
	AfterFile string `json:"afterFile,omitempty"`
	Ready     Probe  `json:"ready"`
}

// Probe tells whether a process is ready; with no field set it is as soon as it runs.
type Probe struct {
	URL    string `json:"url,omitempty"`
	Socket string `json:"socket,omitempty"`
}

func readConfig(path string) (*Config, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	config := &Config{}
	if err := json.Unmarshal(content, config); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return config, nil
}
