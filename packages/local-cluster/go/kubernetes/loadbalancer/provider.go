package loadbalancer

import (
	"context"

	v1 "k8s.io/api/core/v1"
	cloudprovider "k8s.io/cloud-provider"
)

// provider is a cloud that has load balancers and nothing else.
type provider struct {
	addresses *addresses
}

var (
	_ cloudprovider.Interface    = (*provider)(nil)
	_ cloudprovider.LoadBalancer = (*provider)(nil)
)

func (p *provider) Initialize(cloudprovider.ControllerClientBuilder, <-chan struct{}) {}
func (p *provider) LoadBalancer() (cloudprovider.LoadBalancer, bool)                  { return p, true }
func (p *provider) Instances() (cloudprovider.Instances, bool)                        { return nil, false }
func (p *provider) InstancesV2() (cloudprovider.InstancesV2, bool)                    { return nil, false }
func (p *provider) Zones() (cloudprovider.Zones, bool)                                { return nil, false }
func (p *provider) Clusters() (cloudprovider.Clusters, bool)                          { return nil, false }
func (p *provider) Routes() (cloudprovider.Routes, bool)                              { return nil, false }
func (p *provider) ProviderName() string                                              { return clusterName }
func (p *provider) HasClusterID() bool                                                { return true }

func (p *provider) GetLoadBalancer(_ context.Context, _ string, service *v1.Service) (*v1.LoadBalancerStatus, bool, error) {
	address, held := p.addresses.heldBy(service)
	if !held {
		return nil, false, nil
	}
	return status(address.String()), true, nil
}

func (p *provider) GetLoadBalancerName(_ context.Context, _ string, service *v1.Service) string {
	return cloudprovider.DefaultLoadBalancerName(service)
}

func (p *provider) EnsureLoadBalancer(_ context.Context, _ string, service *v1.Service, _ []*v1.Node) (*v1.LoadBalancerStatus, error) {
	address, err := p.addresses.ensure(service)
	if err != nil {
		return nil, err
	}
	return status(address.String()), nil
}

// UpdateLoadBalancer has nothing to do: kube-proxy on the node answers for every address whatever the nodes are.
func (p *provider) UpdateLoadBalancer(context.Context, string, *v1.Service, []*v1.Node) error {
	return nil
}

func (p *provider) EnsureLoadBalancerDeleted(_ context.Context, _ string, service *v1.Service) error {
	p.addresses.release(service)
	return nil
}

func status(address string) *v1.LoadBalancerStatus {
	return &v1.LoadBalancerStatus{Ingress: []v1.LoadBalancerIngress{{IP: address}}}
}
