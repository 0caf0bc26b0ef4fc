import type {
  KubernetesObject,
  NetworkPlatform,
  NetworkPlatformStatus,
} from '@app-network/backstage-plugin-app-network-common';
import type { ComponentName } from '../components/types';
import { isInZone } from '../dns/zones';
import { helmOwner } from '../helmOwner';
import type { Workload } from '../workloads';

/** Something that does a component's job and was not installed by the platform: it is used, and left alone. */
export interface ExistingComponent {
  /** Namespace and name of its Deployment. */
  namespace: string;
  name: string;
  /** Tag of its image, without a leading v; undefined where the image has none. */
  version: string | undefined;
  serviceAccount: string;
  /** Labels of its pods. */
  podLabels: Record<string, string>;
  /** Whether its pods are there. */
  ready: boolean;
}

/** What is told apart here. */
export type ExistingName =
  | Exclude<ComponentName, 'ingressNginx'>
  | 'ingressGateway';

export type ExistingComponents = Partial<
  Record<ExistingName, ExistingComponent>
>;

/**
 * Labels by which upstream's charts and installers mark the Deployment that a component is (cert-manager and ExternalDNS: recommended
 * labels of Kubernetes; Istio: charts istiod and gateway, and istioctl).
 */
export const EXISTING_SELECTORS: Record<ExistingName, string> = {
  certManager:
    'app.kubernetes.io/name=cert-manager,app.kubernetes.io/component=controller',
  istio: 'app=istiod',
  ingressGateway: 'istio=ingressgateway',
  externalDNS: 'app.kubernetes.io/name=external-dns',
};

/**
 * What is there and not the platform's own.
 *
 * @param found - Deployments with the labels of {@link EXISTING_SELECTORS}
 * @param isOurs - whether a Helm release, by namespace and name, is one that the platform has installed or installs
 * @param zone - the zone in which records are to be made; undefined where none are
 */
export function existingComponents(
  found: Record<ExistingName, readonly Workload[]>,
  isOurs: (namespace: string, release: string) => boolean,
  zone?: string,
): ExistingComponents {
  const existing: ExistingComponents = {};
  for (const name of Object.keys(EXISTING_SELECTORS) as ExistingName[]) {
    // With one of our own in its place, another is nobody's concern here.
    if (found[name].some(workload => isMadeBy(workload, isOurs))) {
      continue;
    }
    const [other] = found[name]
      .filter(
        workload =>
          !workload.metadata.deletionTimestamp &&
          isUsable(name, workload, zone),
      )
      .sort(byNamespace);
    if (other) {
      existing[name] = describeExisting(other);
    }
  }
  return existing;
}

function isUsable(
  name: ExistingName,
  workload: Workload,
  zone: string | undefined,
): boolean {
  switch (name) {
    // Applications' Gateways and the gateway's Service are found by upstream's usual name; a gateway of another name is somebody's for their
    // own purposes.
    case 'ingressGateway':
      return workload.metadata.name === 'istio-ingressgateway';
    case 'externalDNS':
      return zone !== undefined && keepsRecords(workload, zone);
    default:
      return true;
  }
}

/**
 * Whether an ExternalDNS makes the records of Istio's Gateways in a zone. A cluster has several, one for each zone or provider, and they
 * don't touch each other's records.
 */
function keepsRecords({ spec }: Workload, zone: string): boolean {
  const args = spec?.template?.spec?.containers?.[0]?.args ?? [];
  const filters = args
    .filter(arg => arg.startsWith('--domain-filter='))
    .map(arg => arg.replace(/^--domain-filter=\.?/, ''));
  return (
    args.includes('--source=istio-gateway') &&
    (filters.length === 0 || filters.some(domain => isInZone(zone, domain)))
  );
}

function describeExisting(workload: Workload): ExistingComponent {
  const { metadata, spec, status } = workload;
  const pod = spec?.template?.spec;
  const image = pod?.containers?.[0]?.image ?? '';
  const tag = /:v?([^:/@]+)(@.*)?$/.exec(image)?.[1];
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    version: tag === 'auto' ? undefined : tag,
    serviceAccount: pod?.serviceAccountName ?? 'default',
    podLabels: spec?.template?.metadata?.labels ?? {},
    ready: (status?.availableReplicas ?? 0) > 0,
  };
}

/** Whether an object was made by a Helm release of ours. */
function isMadeBy(
  object: KubernetesObject,
  isOurs: (namespace: string, release: string) => boolean,
): boolean {
  const owner = helmOwner(object);
  return owner !== undefined && isOurs(owner.namespace, owner.release);
}

function byNamespace(one: KubernetesObject, other: KubernetesObject): number {
  const key = ({ metadata }: KubernetesObject) =>
    `${metadata.namespace}/${metadata.name}`;
  return key(one) < key(other) ? -1 : 1;
}

/** A platform whose namespaces are those of what exists, so that all that depends on the place follows. */
export function withExisting(
  platform: NetworkPlatform,
  existing: Partial<Record<ExistingName, { namespace: string }>>,
): NetworkPlatform {
  const { certManager, istio, ingressGateway, externalDNS } = existing;
  const { components = {} } = platform.spec ?? {};
  return {
    ...platform,
    spec: {
      ...platform.spec,
      components: {
        ...components,
        ...(certManager && {
          certManager: {
            ...components.certManager,
            namespace: certManager.namespace,
          },
        }),
        ...((istio || ingressGateway) && {
          istio: {
            ...components.istio,
            ...(istio && { namespace: istio.namespace }),
            ...(ingressGateway && {
              ingressGateway: {
                ...components.istio?.ingressGateway,
                namespace: ingressGateway.namespace,
              },
            }),
          },
        }),
        ...(externalDNS && {
          externalDNS: {
            ...components.externalDNS,
            namespace: externalDNS.namespace,
          },
        }),
      },
    },
  };
}

/** What exists, as the status of a platform tells it, for those who see nothing else of the cluster. */
export function existingInStatus(
  status: NetworkPlatformStatus | undefined,
): Partial<
  Record<ExistingName, { namespace: string; serviceAccount?: string }>
> {
  return Object.fromEntries(
    (status?.components ?? []).flatMap(
      ({ existing, namespace, serviceAccount, release }) => {
        const name = EXISTING_RELEASES[release];
        return existing && name && namespace
          ? [[name, { namespace, serviceAccount }]]
          : [];
      },
    ),
  );
}

/** Releases in whose place something may exist. */
export const EXISTING_RELEASES: Record<string, ExistingName | undefined> = {
  'cert-manager': 'certManager',
  'istio-base': 'istio',
  istiod: 'istio',
  'istio-ingressgateway': 'ingressGateway',
  'external-dns': 'externalDNS',
};
