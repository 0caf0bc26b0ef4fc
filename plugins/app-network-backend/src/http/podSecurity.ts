import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';

/**
 * What the pods of a Deployment ask for that the profile Baseline of the Pod Security Standards (Kubernetes documentation) forbids because it
 * leads out of the container to the node, each as `<field>: <what was found>`. The portal applies workloads with credentials of its own, so a
 * user must not become root of a node by it, also where a namespace enforces nothing.
 */
export function podSecurityViolations(deployment: KubernetesObject): string[] {
  const { spec } = deployment as KubernetesObject & {
    spec?: { template?: { spec?: PodSpec } };
  };
  const pod = spec?.template?.spec ?? {};
  const at = 'spec.template.spec';
  return [
    ...(['hostNetwork', 'hostPID', 'hostIPC'] as const)
      .filter(field => pod[field])
      .map(field => `${at}.${field} is true`),
    ...list(pod.volumes).flatMap((volume, index) =>
      volume?.hostPath ? [`${at}.volumes[${index}].hostPath is set`] : [],
    ),
    ...windowsHostProcess(pod, at),
    ...(['containers', 'initContainers'] as const).flatMap(field =>
      list(pod[field]).flatMap((container, index) =>
        containerViolations(container ?? {}, `${at}.${field}[${index}]`),
      ),
    ),
  ];
}

function containerViolations(container: Container, at: string): string[] {
  const { ports, securityContext } = container;
  const added = list(securityContext?.capabilities?.add).filter(
    capability => !BASELINE_CAPABILITIES.includes(capability),
  );
  return [
    ...(securityContext?.privileged
      ? [`${at}.securityContext.privileged is true`]
      : []),
    ...(added.length > 0
      ? [`${at}.securityContext.capabilities.add has ${added.join(', ')}`]
      : []),
    ...(securityContext?.procMount && securityContext.procMount !== 'Default'
      ? [`${at}.securityContext.procMount is ${securityContext.procMount}`]
      : []),
    ...list(ports).flatMap((port, index) =>
      port?.hostPort ? [`${at}.ports[${index}].hostPort is set`] : [],
    ),
    ...windowsHostProcess(container, at),
  ];
}

function windowsHostProcess(
  { securityContext }: { securityContext?: SecurityContext },
  at: string,
): string[] {
  return securityContext?.windowsOptions?.hostProcess
    ? [`${at}.securityContext.windowsOptions.hostProcess is true`]
    : [];
}

/** What is no list is left to the API server to refuse. */
function list<T>(value: T[] | undefined): T[] {
  return Array.isArray(value) ? value : [];
}

const BASELINE_CAPABILITIES = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

interface PodSpec {
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  volumes?: ({ hostPath?: object } | null)[];
  containers?: (Container | null)[];
  initContainers?: (Container | null)[];
  securityContext?: SecurityContext;
}

interface Container {
  ports?: ({ hostPort?: number } | null)[];
  securityContext?: SecurityContext;
}

interface SecurityContext {
  privileged?: boolean;
  procMount?: string;
  capabilities?: { add?: string[] };
  windowsOptions?: { hostProcess?: boolean };
}
