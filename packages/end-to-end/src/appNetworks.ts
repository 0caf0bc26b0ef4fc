import {
  getObject,
  kubectl,
  type KubernetesObject,
  type LocalCluster,
} from './cluster.ts';

/** An AppNetwork, as far as the tests look at it. */
export interface AppNetwork extends KubernetesObject {
  metadata: KubernetesObject['metadata'] & { generation?: number };
  status?: {
    observedGeneration?: number;
    hostnames?: string[];
    addresses?: { type: string; value: string }[];
    urls?: string[];
    certificate?: { secretName: string };
    sharedHostnames?: {
      hostname: string;
      heldBy: string;
      appNetworks: string[];
    }[];
    conditions?: {
      type: string;
      status: string;
      reason: string;
      message: string;
    }[];
  };
}

/** Who an AppNetwork is. */
export interface Of {
  namespace: string;
  name: string;
}

/** An AppNetwork of the pods labelled `app: shop`, where nothing else is said. */
export function appNetwork(of: Of, spec: object): KubernetesObject {
  return {
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'AppNetwork',
    metadata: { ...of },
    spec: { selector: { matchLabels: { app: 'shop' } }, ...spec },
  };
}

export function readAppNetwork(
  cluster: LocalCluster,
  { namespace, name }: Of,
): Promise<AppNetwork> {
  return getObject(cluster, 'appnetwork', name, namespace);
}

/** A condition of an AppNetwork, once it speaks of the spec as it is now; undefined before. */
export async function conditionOf(cluster: LocalCluster, of: Of, type: string) {
  const { metadata, status } = await readAppNetwork(cluster, of);
  return status?.observedGeneration === metadata.generation
    ? status?.conditions?.find(condition => condition.type === type)
    : undefined;
}

/** How the gateway is told to call the Service of an AppNetwork that has its name: a mode, or nothing where it is to see by itself. */
export async function toldMode(
  cluster: LocalCluster,
  { namespace, name }: Of,
): Promise<string> {
  const printed = await kubectl(cluster, [
    ...['get', 'destinationrules', '--namespace', namespace],
    ...['--field-selector', `metadata.name=${name}.${name}`],
    ...['--output', 'jsonpath={.items[*].spec.trafficPolicy.tls.mode}'],
  ]);
  return printed.trim();
}

/** A Gateway at the ingress gateway that somebody made by hand. */
export function istioGateway({ namespace, name }: Of, host: string) {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { namespace, name },
    spec: {
      selector: { istio: 'ingressgateway' },
      servers: [
        {
          port: { number: 443, name: 'https', protocol: 'HTTPS' },
          hosts: [host],
          tls: { mode: 'SIMPLE', credentialName: name },
        },
      ],
    },
  };
}
