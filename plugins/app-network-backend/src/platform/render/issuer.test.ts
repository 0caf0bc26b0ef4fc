import { describe as named } from '../../engine/objects';
import { platformIssuer } from '../certificates/platformIssuer';
import { NO_FACTS } from '../clusterFacts';
import { renderIssuer } from './issuer';

describe('renderIssuer', () => {
  const acme = {
    certificates: {
      acme: { server: 'https://acme.example', email: 'a@b.c', solvers: [{}] },
    },
  };

  it('keeps the issuer before and all that it stands on while certificates are asked of it', () => {
    const { objects, retained } = renderIssuer(acme, {
      ...NO_FACTS,
      issuersNamed: ['app-network-ca'],
    });
    const issuer = platformIssuer(acme, undefined).name;
    expect(objects.map(({ metadata }) => metadata.name)).toEqual([issuer]);
    expect(retained.map(named)).toEqual([
      'ClusterIssuer app-network-selfsigned',
      'Certificate cert-manager/app-network-ca',
      'ClusterIssuer app-network-ca',
    ]);
  });

  it('keeps nothing that is desired anyway, or that nobody asks', () => {
    expect(renderIssuer({}, NO_FACTS).retained).toEqual([]);
    const issuer = platformIssuer(acme, undefined);
    expect(renderIssuer(acme, { ...NO_FACTS, issuer }).retained).toEqual([]);
  });

  it('lets the issuer of the own CA’s certificate go after that certificate', () => {
    const issuer = platformIssuer(acme, undefined);
    const issuersNamed = ['app-network-selfsigned'];
    expect(
      renderIssuer(acme, { ...NO_FACTS, issuer, issuersNamed }).retained.map(
        named,
      ),
    ).toEqual(['ClusterIssuer app-network-selfsigned']);
  });
});
