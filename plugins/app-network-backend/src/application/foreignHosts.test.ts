import { syncedInformer } from '../engine/testing/syncedInformer';
import {
  foreignOwners,
  FOREIGN_KINDS,
  hostnamesOf,
  type ForeignObject,
} from './foreignHosts';
import { DEFAULT_FACTS } from './testing/renderCases';

const hosts = ['a.example.com', './b.example.com', '*/C.example.com'];

function gateway(
  name: string,
  spec: ForeignObject['spec'],
  creationTimestamp = '2026-01-01T00:00:00Z',
): ForeignObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { namespace: 'legacy', name, creationTimestamp },
    spec,
  };
}

function ingress(
  spec: ForeignObject['spec'],
  annotations?: Record<string, string>,
): ForeignObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { namespace: 'legacy', name: 'web', annotations },
    spec,
  };
}

describe('hostnamesOf', () => {
  it('are the hosts of a Gateway at the ports of AppNetworks, whatever namespaces may add routes', () => {
    expect(
      hostnamesOf(
        gateway('web', {
          servers: [
            { port: { number: 443 }, hosts },
            { port: { number: 80 }, hosts: ['plain.example.com'] },
            { port: { number: 3306 }, hosts: ['db.example.com'] },
          ],
        }),
      ),
    ).toEqual([
      'a.example.com',
      'b.example.com',
      'c.example.com',
      'plain.example.com',
    ]);
  });

  it('are those of an Ingress with a certificate, of the class that istiod reads', () => {
    const tls = [{ hosts: ['a.example.com'] }];
    expect(hostnamesOf(ingress({ tls, ingressClassName: 'istio' }))).toEqual([
      'a.example.com',
    ]);
    expect(
      hostnamesOf(ingress({ tls }, { 'kubernetes.io/ingress.class': 'istio' })),
    ).toEqual(['a.example.com']);
    expect(hostnamesOf(ingress({ tls, ingressClassName: 'nginx' }))).toEqual(
      [],
    );
    expect(hostnamesOf(ingress({ ingressClassName: 'istio' }))).toEqual([]);
  });
});

describe('foreignOwners', () => {
  const names = (selectors: Record<string, string>[]) =>
    foreignOwners(
      FOREIGN_KINDS.map(kind =>
        syncedInformer<ForeignObject>(
          kind,
          kind.kind === 'Gateway'
            ? selectors.map((selector, index) =>
                gateway(
                  `gateway-${index}`,
                  { selector, servers: [{ port: { number: 443 }, hosts }] },
                  `2026-01-0${9 - index}T00:00:00Z`,
                ),
              )
            : [],
        ),
      ),
      'b.example.com',
      DEFAULT_FACTS,
    ).map(({ metadata }) => metadata.name);

  it('are those at the ingress gateway alone, the oldest first', () => {
    expect(
      names([
        { istio: 'ingressgateway' },
        { app: 'istio-ingressgateway' },
        {},
        { istio: 'egressgateway' },
        { app: 'another-gateway' },
        { istio: 'ingressgateway', app: 'another-gateway' },
      ]),
    ).toEqual(['gateway-2', 'gateway-1', 'gateway-0']);
  });
});
