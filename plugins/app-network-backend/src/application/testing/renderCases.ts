import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { parseAllDocuments } from 'yaml';
import { syncedInformer } from '../../engine/testing/syncedInformer';
import { APP_NETWORK } from '../../kinds';
import type { PlatformFacts } from '../../platform/facts';
import { FOREIGN_KINDS, type ForeignObject } from '../foreignHosts';
import { hostnameInput } from '../hostnameInput';
import { certificateName } from '../render/certificate';
import type { RenderInput, Secret, Service } from '../render/types';
import { takenIssuers } from '../takenIssuers';

/** Where the inputs of render and what they become are. */
export const TESTDATA = resolvePackagePath(
  '@app-network/backstage-plugin-app-network-backend',
  'src/application/render/testdata',
);

/** A platform as it is after an installation with nothing said. */
export const DEFAULT_FACTS: PlatformFacts = {
  environmentName: 'default',
  dnsSuffix: '203.0.113.7.nip.io',
  dns: { mode: 'Wildcard' },
  ingressGateway: {
    namespace: 'istio-system',
    serviceAccount: 'istio-ingressgateway',
    selector: { istio: 'ingressgateway' },
    addresses: [{ type: 'IPAddress', value: '203.0.113.7' }],
  },
  egressGateway: {
    namespace: 'istio-system',
    host: 'istio-egressgateway.istio-system.svc.cluster.local',
    selector: { istio: 'egressgateway' },
  },
  refusesUndeclaredHosts: false,
  issuer: {
    name: 'app-network-ca',
    kind: 'ClusterIssuer',
    group: 'cert-manager.io',
  },
  http01: false,
  trustDomain: 'cluster.local',
  namespaces: ['cert-manager', 'istio-system'],
  systemHostnames: [],
  scrapers: [],
};

/** Names of all cases. */
export function renderCaseNames(): string[] {
  return readdirSync(TESTDATA)
    .filter(file => file.endsWith('.input.yaml'))
    .map(file => file.replace('.input.yaml', ''));
}

/**
 * An input of render from a file of YAML documents: the AppNetwork, then what is around it, in any order. A document of kind PlatformFacts
 * says where the platform differs from {@link DEFAULT_FACTS}; ServiceAccounts are those of the AppNetwork's pods; further AppNetworks are
 * the cluster's others.
 */
export function readRenderCase(name: string): {
  appNetwork: AppNetwork;
  facts: PlatformFacts;
  input: RenderInput;
} {
  const [first, ...rest] = readDocuments(join(TESTDATA, `${name}.input.yaml`));
  if (first?.kind !== 'AppNetwork') {
    throw new Error(`The first document of ${name} must be the AppNetwork`);
  }
  const appNetwork = first as AppNetwork;
  const ofKind = <T extends KubernetesObject>(kind: string) =>
    rest.filter(object => object.kind === kind) as T[];
  const [changes] = ofKind<KubernetesObject & Partial<PlatformFacts>>(
    'PlatformFacts',
  );
  const facts = withChanges(changes);
  const others = ofKind<AppNetwork>('AppNetwork');
  return {
    appNetwork,
    facts,
    input: {
      services: ofKind<Service>('Service'),
      serviceAccounts: ofKind('ServiceAccount').map(
        ({ metadata }) => metadata.name,
      ),
      certificateSecret: ofKind<Secret>('Secret')[0],
      issuedSecret: ofKind<Secret>('Secret').find(
        ({ metadata }) => metadata.name === certificateName(appNetwork),
      ),
      neighbours: others.filter(
        ({ metadata }) => metadata.namespace === appNetwork.metadata.namespace,
      ),
      ...hostnameInput(
        appNetwork,
        syncedInformer(APP_NETWORK, others),
        facts,
        FOREIGN_KINDS.map(kind =>
          syncedInformer(kind, ofKind<ForeignObject>(kind.kind)),
        ),
      ),
      takenIssuers: takenIssuers(appNetwork, others),
    },
  };
}

function readDocuments(file: string): KubernetesObject[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).map(document => {
    const [error] = [...document.errors, ...document.warnings];
    if (error) {
      throw new Error(`${file}: ${error.message}`);
    }
    return document.toJS() as KubernetesObject;
  });
}

function withChanges(
  changes: (KubernetesObject & Partial<PlatformFacts>) | undefined,
): PlatformFacts {
  const { kind: _kind, ...facts } = { kind: '', ...changes };
  return {
    ...DEFAULT_FACTS,
    ...facts,
    // YAML has no undefined.
    dnsSuffix:
      facts.dnsSuffix === null
        ? undefined
        : facts.dnsSuffix ?? DEFAULT_FACTS.dnsSuffix,
    egressGateway:
      facts.egressGateway === null
        ? undefined
        : facts.egressGateway ?? DEFAULT_FACTS.egressGateway,
    ingressGateway: {
      ...DEFAULT_FACTS.ingressGateway,
      ...facts.ingressGateway,
    },
  };
}
