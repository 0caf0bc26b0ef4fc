package node

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

const (
	nodeInterface = "eth0"
	// The load balancers' addresses are on a bridge without ports: what kube-proxy does not answer for is unreachable.
	loadBalancerInterface = "loadbalancer"
)

// connect lays the cable from the host, where this runs, to the node's namespace, and the host's route to the load balancers.
func connect(isolation *Isolation, pid int) error {
	if err := disconnect(isolation.HostInterface); err != nil {
		return err
	}
	attributes := netlink.NewLinkAttrs()
	attributes.Name = isolation.HostInterface
	cable := &netlink.Veth{LinkAttrs: attributes, PeerName: nodeInterface, PeerNamespace: netlink.NsPid(pid)}
	if err := netlink.LinkAdd(cable); err != nil {
		return fmt.Errorf("making the interface %s: %w", isolation.HostInterface, err)
	}
	link, err := raise(isolation.HostInterface, isolation.HostAddress)
	if err != nil {
		return err
	}
	node, _, err := net.ParseCIDR(isolation.NodeAddress)
	if err != nil {
		return err
	}
	return addRoute(link, isolation.LoadBalancerRange, node)
}

// disconnect removes the host's end of the cable if it is there. The kernel would do it with the namespace, but that
// stays for as long as a connection in it waits for an answer that nobody will give.
func disconnect(name string) error {
	link, err := netlink.LinkByName(name)
	if errors.As(err, &netlink.LinkNotFoundError{}) {
		return nil
	}
	if err == nil {
		err = netlink.LinkDel(link)
	}
	if err != nil && !errors.Is(err, unix.ENODEV) {
		return fmt.Errorf("removing the interface %s: %w", name, err)
	}
	return nil
}

// setUpNetwork does the node's side.
func setUpNetwork(isolation *Isolation) error {
	loopback, err := netlink.LinkByName("lo")
	if err == nil {
		err = netlink.LinkSetUp(loopback)
	}
	if err != nil {
		return fmt.Errorf("raising lo: %w", err)
	}
	link, err := raise(nodeInterface, isolation.NodeAddress)
	if err != nil {
		return err
	}
	host, _, err := net.ParseCIDR(isolation.HostAddress)
	if err != nil {
		return err
	}
	if err := addRoute(link, "0.0.0.0/0", host); err != nil {
		return err
	}
	attributes := netlink.NewLinkAttrs()
	attributes.Name = loadBalancerInterface
	if err := netlink.LinkAdd(&netlink.Bridge{LinkAttrs: attributes}); err != nil {
		return fmt.Errorf("making the bridge %s: %w", loadBalancerInterface, err)
	}
	bridge, err := raise(loadBalancerInterface, "")
	if err != nil {
		return err
	}
	if err := addRoute(bridge, isolation.LoadBalancerRange, nil); err != nil {
		return err
	}
	for name, value := range map[string]string{
		"ip_forward": "1",
		// When the cluster ends, its connections shall not hold on to the namespace for minutes.
		"tcp_orphan_retries": "1",
	} {
		if err := os.WriteFile(filepath.Join("/proc/sys/net/ipv4", name), []byte(value), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func raise(name, address string) (netlink.Link, error) {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return nil, fmt.Errorf("interface %s: %w", name, err)
	}
	if address != "" {
		parsed, err := netlink.ParseAddr(address)
		if err != nil {
			return nil, fmt.Errorf("address %s of %s: %w", address, name, err)
		}
		if err := netlink.AddrAdd(link, parsed); err != nil {
			return nil, fmt.Errorf("giving %s the address %s: %w", name, address, err)
		}
	}
	if err := netlink.LinkSetUp(link); err != nil {
		return nil, fmt.Errorf("raising %s: %w", name, err)
	}
	return link, nil
}

func addRoute(link netlink.Link, destination string, gateway net.IP) error {
	_, network, err := net.ParseCIDR(destination)
	if err != nil {
		return err
	}
	route := &netlink.Route{LinkIndex: link.Attrs().Index, Dst: network, Gw: gateway}
	if gateway == nil {
		route.Scope = netlink.SCOPE_LINK
	}
	if err := netlink.RouteAdd(route); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("route to %s: %w", destination, err)
	}
	return nil
}
