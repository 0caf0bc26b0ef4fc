import { join } from 'node:path';
import type { Layout, NodeBuild } from './layout.ts';
import { POD_RANGE, SERVICE_RANGE, type ClusterNetwork } from './network.ts';
import { componentKubeconfig, configurationFile } from './configuration.ts';

/** A program that the supervisor keeps running. The Go side has the same type (go/kubernetes/node). */
export interface Process {
  name: string;
  path: string;
  args: string[];
  env: string[];
  /** Processes that have to be ready first. */
  after: string[];
  /** A file that has to be there first. */
  afterFile?: string;
  /** How it is seen that it is ready; `{}`: as soon as it runs. */
  ready: { url?: string; socket?: string };
}

/** containerd's socket, in the node. */
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';

/** The file that says that Calico's objects are in the cluster. */
export function calicoApplied({ paths }: Layout): string {
  return join(paths.configuration, 'calico-applied');
}

/** All processes of a cluster, in the order in which they are started. */
export function processes(layout: Layout): Process[] {
  return [
    etcd(layout),
    apiServer(layout),
    controllerManager(layout),
    scheduler(layout),
    ...(layout.network ? [cloudControllerManager(layout, layout.network)] : []),
    ...(layout.node && layout.network
      ? nodeProcesses(layout, layout.node, layout.network)
      : []),
  ];
}

function nodeProcesses(
  layout: Layout,
  node: NodeBuild,
  network: ClusterNetwork,
): Process[] {
  return [
    containerd(layout, node),
    kubelet(layout, network),
    kubeProxy(layout),
    felix(layout, node),
  ];
}

function etcd(layout: Layout): Process {
  const { ports, paths } = layout;
  const client = `https://127.0.0.1:${ports.etcd}`;
  const peer = `https://127.0.0.1:${ports.etcdPeer}`;
  const metrics = `http://127.0.0.1:${ports.etcdMetrics}`;
  return kubernetes(layout, 'etcd', {
    args: [
      '--name=etcd',
      `--data-dir=${join(paths.directory, 'etcd')}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=etcd=${peer}`,
      `--listen-metrics-urls=${metrics}`,
      '--client-cert-auth',
      `--trusted-ca-file=${certificate(layout, 'etcd-ca')}`,
      `--cert-file=${certificate(layout, 'etcd')}`,
      `--key-file=${key(layout, 'etcd')}`,
      '--peer-client-cert-auth',
      `--peer-trusted-ca-file=${certificate(layout, 'etcd-ca')}`,
      `--peer-cert-file=${certificate(layout, 'etcd')}`,
      `--peer-key-file=${key(layout, 'etcd')}`,
      // What is lost when the machine itself stops can be made again; waiting for its disk at each write is felt.
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    ready: { url: `${metrics}/readyz` },
  });
}

function apiServer(layout: Layout): Process {
  const { network, ports, paths } = layout;
  return kubernetes(layout, 'kube-apiserver', {
    after: ['etcd'],
    args: [
      ...(network
        ? [
            '--bind-address=0.0.0.0',
            `--advertise-address=${network.nodeAddress}`,
          ]
        : ['--bind-address=127.0.0.1', '--endpoint-reconciler-type=none']),
      `--secure-port=${ports.apiServer}`,
      `--tls-cert-file=${certificate(layout, 'kube-apiserver')}`,
      `--tls-private-key-file=${key(layout, 'kube-apiserver')}`,
      `--client-ca-file=${certificate(layout, 'ca')}`,
      `--authentication-config=${configurationFile(layout, 'authentication')}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--allow-privileged=true',
      `--etcd-servers=https://127.0.0.1:${ports.etcd}`,
      `--etcd-cafile=${certificate(layout, 'etcd-ca')}`,
      `--etcd-certfile=${certificate(layout, 'etcd-client')}`,
      `--etcd-keyfile=${key(layout, 'etcd-client')}`,
      `--kubelet-certificate-authority=${certificate(layout, 'ca')}`,
      `--kubelet-client-certificate=${certificate(
        layout,
        'kube-apiserver-kubelet-client',
      )}`,
      `--kubelet-client-key=${key(layout, 'kube-apiserver-kubelet-client')}`,
      '--kubelet-preferred-address-types=InternalIP',
      `--service-cluster-ip-range=${SERVICE_RANGE}`,
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${join(
        paths.certificates,
        'service-account.pub',
      )}`,
      `--service-account-signing-key-file=${key(layout, 'service-account')}`,
      `--requestheader-client-ca-file=${certificate(layout, 'front-proxy-ca')}`,
      '--requestheader-allowed-names=front-proxy-client',
      '--requestheader-username-headers=X-Remote-User',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      `--proxy-client-cert-file=${certificate(layout, 'front-proxy-client')}`,
      `--proxy-client-key-file=${key(layout, 'front-proxy-client')}`,
      `--audit-policy-file=${configurationFile(layout, 'audit')}`,
      `--audit-log-path=${paths.auditLog}`,
      '--audit-log-maxsize=200',
      '--audit-log-maxbackup=2',
      '--profiling=false',
    ],
    ready: { url: `https://127.0.0.1:${ports.apiServer}/readyz` },
  });
}

function controllerManager(layout: Layout): Process {
  return kubernetes(layout, 'kube-controller-manager', {
    after: ['kube-apiserver'],
    args: [
      '--bind-address=127.0.0.1',
      `--secure-port=${layout.ports.controllerManager}`,
      ...kubeconfigs(layout, 'kube-controller-manager'),
      `--client-ca-file=${certificate(layout, 'ca')}`,
      `--requestheader-client-ca-file=${certificate(layout, 'front-proxy-ca')}`,
      `--root-ca-file=${certificate(layout, 'ca')}`,
      `--cluster-signing-cert-file=${certificate(layout, 'ca')}`,
      `--cluster-signing-key-file=${key(layout, 'ca')}`,
      `--service-account-private-key-file=${key(layout, 'service-account')}`,
      `--service-cluster-ip-range=${SERVICE_RANGE}`,
      '--use-service-account-credentials',
      '--leader-elect=false',
      '--profiling=false',
    ],
    ready: {
      url: `https://127.0.0.1:${layout.ports.controllerManager}/healthz`,
    },
  });
}

function scheduler(layout: Layout): Process {
  return kubernetes(layout, 'kube-scheduler', {
    after: ['kube-apiserver'],
    args: [
      '--bind-address=127.0.0.1',
      `--secure-port=${layout.ports.scheduler}`,
      ...kubeconfigs(layout, 'kube-scheduler'),
      '--leader-elect=false',
      '--profiling=false',
    ],
    ready: { url: `https://127.0.0.1:${layout.ports.scheduler}/healthz` },
  });
}

function cloudControllerManager(
  layout: Layout,
  network: ClusterNetwork,
): Process {
  return kubernetes(layout, 'cloud-controller-manager', {
    after: ['kube-apiserver'],
    args: [
      `--kubeconfig=${componentKubeconfig(layout, 'cloud-controller-manager')}`,
      `--addresses=${network.loadBalancerRange}`,
    ],
    ready: {},
  });
}

function containerd(layout: Layout, node: NodeBuild): Process {
  const proxy = 'http://127.0.0.1:3128';
  return {
    name: 'containerd',
    path: node.containerd,
    args: [`--config=${configurationFile(layout, 'containerd')}`],
    // The supervisor's proxy, which reaches registries from the host's network.
    env: [
      `HTTPS_PROXY=${proxy}`,
      `NO_PROXY=localhost,127.0.0.1,${POD_RANGE},${SERVICE_RANGE},.svc,.cluster.local`,
    ],
    after: [],
    ready: { socket: CONTAINERD_SOCKET },
  };
}

function kubelet(layout: Layout, network: ClusterNetwork): Process {
  return kubernetes(layout, 'kubelet', {
    after: ['kube-apiserver', 'containerd'],
    args: [
      `--config=${configurationFile(layout, 'kubelet')}`,
      `--kubeconfig=${componentKubeconfig(layout, 'kubelet')}`,
      `--hostname-override=${layout.name}`,
      `--node-ip=${network.nodeAddress}`,
    ],
    ready: { url: 'http://127.0.0.1:10248/healthz' },
  });
}

function kubeProxy(layout: Layout): Process {
  return kubernetes(layout, 'kube-proxy', {
    after: ['kube-apiserver'],
    args: [`--config=${configurationFile(layout, 'kube-proxy')}`],
    ready: { url: 'http://127.0.0.1:10256/livez' },
  });
}

// Calico's agent, which enforces NetworkPolicies.
function felix(layout: Layout, node: NodeBuild): Process {
  return {
    name: 'felix',
    path: node.calico,
    args: ['felix'],
    env: [
      `KUBECONFIG=${componentKubeconfig(layout, 'calico-node')}`,
      'FELIX_DATASTORETYPE=kubernetes',
      `FELIX_FELIXHOSTNAME=${layout.name}`,
      'FELIX_INTERFACEPREFIX=cali',
      'FELIX_IPTABLESBACKEND=nft',
      'FELIX_IPV6SUPPORT=false',
      'FELIX_DEFAULTENDPOINTTOHOSTACTION=ACCEPT',
      'FELIX_XDPENABLED=false',
      'FELIX_BPFENABLED=false',
      'FELIX_USAGEREPORTINGENABLED=false',
      'FELIX_HEALTHENABLED=true',
      'FELIX_HEALTHHOST=127.0.0.1',
      'FELIX_HEALTHPORT=9099',
      'FELIX_LOGSEVERITYSCREEN=warning',
      'FELIX_LOGFILEPATH=none',
      'FELIX_LOGSEVERITYFILE=none',
      'FELIX_LOGSEVERITYSYS=none',
    ],
    after: ['kube-apiserver'],
    // It would start with settings that its own objects then change, and end for that.
    afterFile: calicoApplied(layout),
    ready: { url: 'http://127.0.0.1:9099/readiness' },
  };
}

function kubernetes(
  layout: Layout,
  name: string,
  rest: Pick<Process, 'args' | 'ready'> & { after?: string[] },
): Process {
  return {
    name,
    path: layout.built.kubernetes,
    env: [],
    after: [],
    ...rest,
  };
}

function kubeconfigs(
  layout: Layout,
  name: 'kube-controller-manager' | 'kube-scheduler',
): string[] {
  const path = componentKubeconfig(layout, name);
  return ['', 'authentication-', 'authorization-'].map(
    prefix => `--${prefix}kubeconfig=${path}`,
  );
}

function certificate(layout: Layout, name: string): string {
  return join(layout.paths.certificates, `${name}.crt`);
}

function key(layout: Layout, name: string): string {
  return join(layout.paths.certificates, `${name}.key`);
}
