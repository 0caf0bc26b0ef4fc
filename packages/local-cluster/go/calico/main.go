// Calico in one program: Felix, the agent that turns NetworkPolicies into rules of the kernel, and the CNI plugin
// that wires a pod to the node. A container runtime calls the plugin by the name in the CNI configuration, `calico`;
// everything else is a first argument.
package main

import (
	"fmt"
	"os"

	"github.com/projectcalico/calico/cni-plugin/pkg/plugin"
	"github.com/projectcalico/calico/felix/daemon"
)

// version is set by the linker to the release that the module's commit belongs to.
var version = "unknown"

func main() {
	if len(os.Args) > 1 && os.Args[1] == "felix" {
		// Its settings come from the environment (FELIX_…); a file is optional.
		daemon.Run("/etc/calico/felix.cfg", version, "", "")
		return
	}
	// A plugin has its command in the environment and its configuration on standard input: CNI specification 1.0.
	if _, called := os.LookupEnv("CNI_COMMAND"); called || len(os.Args) > 1 {
		plugin.Main(version)
		return
	}
	fmt.Fprintln(os.Stderr, "usage: calico felix | calico -v; as a CNI plugin it is called with CNI_COMMAND set")
	os.Exit(2)
}
