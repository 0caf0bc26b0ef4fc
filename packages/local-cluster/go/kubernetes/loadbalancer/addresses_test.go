package loadbalancer

import (
	"net/netip"
	"strings"
	"testing"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
)

func TestAddresses(t *testing.T) {
	prefix := netip.MustParsePrefix("10.201.0.128/29")
	store := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{})
	lister := corelisters.NewServiceLister(store)
	all := newAddresses(prefix, lister)

	expect := func(title string, service *v1.Service, want string) {
		t.Helper()
		address, err := all.ensure(service)
		if err != nil || address.String() != want {
			t.Errorf("%s: got %s, %v; want %s", title, address, err, want)
		}
	}
	expect("the first Service gets the lowest address, the network's own left out", serviceNamed("a"), "10.201.0.129")
	expect("the second gets the next, though the cache does not show the first yet", serviceNamed("b"), "10.201.0.130")
	expect("a Service keeps its address", serviceNamed("a"), "10.201.0.129")
	all.release(serviceNamed("a"))
	expect("an address that is given back is given out again", serviceNamed("c"), "10.201.0.129")
	expect("a Service gets the address that it asks for", asking("d", "10.201.0.133"), "10.201.0.133")

	if _, err := all.ensure(asking("e", "10.201.0.133")); err == nil || !strings.Contains(err.Error(), "spec.loadBalancerIP") {
		t.Errorf("an address that another Service has: got %v", err)
	}
	if _, err := all.ensure(asking("e", "10.0.0.1")); err == nil || !strings.Contains(err.Error(), "10.201.0.128/29") {
		t.Errorf("an address outside of the range: got %v", err)
	}

	// After a restart only the Services' own status tells.
	for name, address := range map[string]string{"b": "10.201.0.130", "c": "10.201.0.129"} {
		known := serviceNamed(name)
		known.Status.LoadBalancer = *status(address)
		if err := store.Add(known); err != nil {
			t.Fatal(err)
		}
	}
	all = newAddresses(prefix, lister)
	expect("an address of an earlier run is not given out again", serviceNamed("f"), "10.201.0.131")
	if address, held := all.heldBy(withStatus("c", "10.201.0.129")); !held || address.String() != "10.201.0.129" {
		t.Errorf("an address of an earlier run: got %s, %v", address, held)
	}
	expect("a Service has its address of an earlier run", withStatus("c", "10.201.0.129"), "10.201.0.129")
	expect("a Service with an address of another range gets one of this", withStatus("g", "10.9.9.9"), "10.201.0.132")
	expect("all but the last are given out", serviceNamed("h"), "10.201.0.133")
	expect("all but the last are given out", serviceNamed("i"), "10.201.0.134")
	if _, err := all.ensure(serviceNamed("j")); err == nil || !strings.Contains(err.Error(), "all addresses") {
		t.Errorf("no address is left: got %v", err)
	}
}

func serviceNamed(name string) *v1.Service {
	return &v1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name, UID: types.UID(name)}}
}

func asking(name, address string) *v1.Service {
	s := serviceNamed(name)
	s.Spec.LoadBalancerIP = address
	return s
}

func withStatus(name, address string) *v1.Service {
	s := serviceNamed(name)
	s.Status.LoadBalancer = *status(address)
	return s
}
