package loadbalancer

import (
	"fmt"
	"net/netip"
	"sync"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	corelisters "k8s.io/client-go/listers/core/v1"
)

// addresses hands out the addresses of one range. The Services' own status is the record of who holds what, so that a
// restart changes nothing; given holds only what the cache of Services may not show yet.
type addresses struct {
	prefix   netip.Prefix
	services corelisters.ServiceLister

	mutex sync.Mutex
	given map[types.UID]netip.Addr
}

func newAddresses(prefix netip.Prefix, services corelisters.ServiceLister) *addresses {
	return &addresses{prefix: prefix.Masked(), services: services, given: map[types.UID]netip.Addr{}}
}

// heldBy returns the address that the Service has.
func (a *addresses) heldBy(service *v1.Service) (netip.Addr, bool) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if address, ok := a.given[service.UID]; ok {
		return address, true
	}
	return a.inStatus(service)
}

// ensure returns the address that the Service has, the one it asks for, or else the lowest free one.
func (a *addresses) ensure(service *v1.Service) (netip.Addr, error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	holders, err := a.holders()
	if err != nil {
		return netip.Addr{}, err
	}
	free := func(address netip.Addr) bool {
		holder, taken := holders[address]
		return !taken || holder.UID == service.UID
	}
	if wanted := service.Spec.LoadBalancerIP; wanted != "" {
		address, err := netip.ParseAddr(wanted)
		if err != nil || !a.usable(address) {
			return netip.Addr{}, fmt.Errorf("spec.loadBalancerIP: %s is not an address of this cluster's range %s", wanted, a.prefix)
		}
		if !free(address) {
			return netip.Addr{}, fmt.Errorf("spec.loadBalancerIP: %s is held by Service %s", wanted, holders[address])
		}
		a.given[service.UID] = address
		return address, nil
	}
	if address, ok := a.given[service.UID]; ok {
		return address, nil
	}
	if address, ok := a.inStatus(service); ok && free(address) {
		a.given[service.UID] = address
		return address, nil
	}
	for address := a.prefix.Addr(); a.prefix.Contains(address); address = address.Next() {
		if a.usable(address) && free(address) {
			a.given[service.UID] = address
			return address, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("all addresses of %s are held by other Services", a.prefix)
}

func (a *addresses) release(service *v1.Service) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	delete(a.given, service.UID)
}

type holder struct {
	types.NamespacedName
	UID types.UID
}

func (a *addresses) holders() (map[netip.Addr]holder, error) {
	services, err := a.services.List(labels.Everything())
	if err != nil {
		return nil, err
	}
	holders := map[netip.Addr]holder{}
	for uid, address := range a.given {
		holders[address] = holder{UID: uid}
	}
	for _, service := range services {
		if address, ok := a.inStatus(service); ok {
			holders[address] = holder{
				NamespacedName: types.NamespacedName{Namespace: service.Namespace, Name: service.Name},
				UID:            service.UID,
			}
		}
	}
	return holders, nil
}

func (a *addresses) inStatus(service *v1.Service) (netip.Addr, bool) {
	for _, ingress := range service.Status.LoadBalancer.Ingress {
		if address, err := netip.ParseAddr(ingress.IP); err == nil && a.usable(address) {
			return address, true
		}
	}
	return netip.Addr{}, false
}

// usable leaves out the first and the last address of the range, which many a program takes for a network and a broadcast.
func (a *addresses) usable(address netip.Addr) bool {
	return a.prefix.Contains(address) && address != a.prefix.Addr() && a.prefix.Contains(address.Next())
}
