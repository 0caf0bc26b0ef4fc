import {
  kubectl,
  type KubernetesObject,
  type LocalCluster,
} from './cluster.ts';

/** A pod that makes connections. */
export interface Caller {
  namespace: string;
  name: string;
}

/** What became of a connection: connected; timed out, as a policy does it; refused, where nobody listens; or what else was said. */
export type Outcome = string;

export const IMAGE = 'registry.k8s.io/e2e-test-images/agnhost:2.63.0';

/** Opens a new connection from a pod, for established ones outlive a policy. */
export async function connect(
  cluster: LocalCluster,
  caller: Caller,
  address: string,
): Promise<Outcome> {
  try {
    await kubectl(cluster, [
      ...['exec', caller.name, '--namespace', caller.namespace, '--'],
      ...['/agnhost', 'connect', '--timeout=2s', address],
    ]);
    return 'connected';
  } catch (error) {
    const text = String(error);
    if (text.includes('TIMEOUT')) {
      return 'timed out';
    }
    return text.includes('REFUSED') ? 'refused' : text;
  }
}

/** What a pod that serves at 8080 is answered over HTTP at a host and port when it asks for a path, the hostname where none is given, as agnhost says it. */
export function dial(
  cluster: LocalCluster,
  { namespace: inNamespace, name }: Caller,
  host: string,
  port: number,
  request = 'hostname',
): Promise<string> {
  const query = new URLSearchParams({
    host,
    port: String(port),
    protocol: 'http',
    request,
    tries: '1',
  });
  return kubectl(cluster, [
    ...['get', '--raw'],
    `/api/v1/namespaces/${inNamespace}/pods/${name}:8080/proxy/dial?${query}`,
  ]);
}

/** `<address>:<port>` of a pod, by its name or its labels. */
export async function addressOf(
  cluster: LocalCluster,
  target: { namespace: string; port: number } & (
    | { pod: string }
    | { labels: Record<string, string> }
  ),
): Promise<string> {
  const printed = await kubectl(cluster, [
    ...['get', 'pods', '--namespace', target.namespace, '--output', 'json'],
    ...('pod' in target
      ? ['--field-selector', `metadata.name=${target.pod}`]
      : [
          '--selector',
          Object.entries(target.labels)
            .map(([label, value]) => `${label}=${value}`)
            .join(','),
        ]),
  ]);
  const { items } = JSON.parse(printed) as {
    items: {
      metadata: { deletionTimestamp?: string };
      status: { podIP?: string };
    }[];
  };
  // One that is on its end no longer answers.
  const ip = items.find(
    ({ metadata, status }) => status.podIP && !metadata.deletionTimestamp,
  )?.status.podIP;
  if (!ip) {
    throw new Error(`There is no pod for ${JSON.stringify(target)}.`);
  }
  return `${ip}:${target.port}`;
}

export function namespace(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** A namespace whose pods get a sidecar. */
export function meshedNamespace(name: string): KubernetesObject {
  return {
    ...namespace(name),
    metadata: { name, labels: { 'istio-injection': 'enabled' } },
  };
}

/** A pod labelled `app: <name>` that can call, and answers on the ports that it serves. */
export function pod(
  { namespace: inNamespace, name }: Caller,
  {
    labels = {},
    annotations = {},
    serves = [],
  }: {
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    serves?: number[];
  } = {},
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: inNamespace,
      name,
      labels: { app: name, ...labels },
      annotations,
    },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: (serves.length > 0 ? serves : [undefined]).map((port, i) => ({
        name: `main-${i}`,
        image: IMAGE,
        args: port
          ? ['netexec', `--http-port=${port}`, '--udp-port=-1']
          : ['pause'],
        ...(port ? { readinessProbe: { httpGet: { path: '/', port } } } : {}),
      })),
    },
  } as KubernetesObject;
}

/** A Deployment of one pod labelled `app: <name>` that answers at 8080. */
export function deployment({
  namespace: inNamespace,
  name,
}: Caller): KubernetesObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: inNamespace, name },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: 'main',
              image: IMAGE,
              args: ['netexec', '--http-port=8080', '--udp-port=-1'],
              readinessProbe: { httpGet: { path: '/', port: 8080 } },
            },
          ],
        },
      },
    },
  };
}

/** A Service of the pods labelled `app: <name>`, which answer at 8080, HTTP unless its port is named otherwise. */
export function service(
  { namespace: inNamespace, name }: Caller,
  port = 80,
  portName = 'http',
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: inNamespace, name },
    spec: {
      selector: { app: name },
      ports: [{ name: portName, port, targetPort: 8080 }],
    },
  };
}

/** A Service of the pods labelled `app: <name>`, and otherwise too where that is said, at their own ports. */
export function serviceAtPorts(
  of: Caller,
  ports: Record<string, number>,
  labels: Record<string, string> = {},
): KubernetesObject {
  return {
    ...service(of),
    spec: {
      selector: { app: of.name, ...labels },
      ports: Object.entries(ports).map(([name, port]) => ({ name, port })),
    },
  };
}

/** Waits until all pods of these namespaces are ready. */
export async function podsReady(
  cluster: LocalCluster,
  namespaces: string[],
): Promise<void> {
  for (const name of namespaces) {
    await kubectl(cluster, [
      ...['wait', 'pods', '--all', '--namespace', name],
      ...['--for=condition=Ready', '--timeout=90s'],
    ]);
  }
}

export async function deleteNamespaces(
  cluster: LocalCluster,
  names: string[],
): Promise<void> {
  await kubectl(cluster, [
    ...['delete', 'namespace', ...names, '--ignore-not-found'],
  ]);
}
