import { mkdir, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ClientName } from './certificates.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import type { Layout, NodeBuild } from './layout.ts';
import {
  DNS_SERVICE_ADDRESS,
  POD_RANGE,
  type ClusterNetwork,
} from './network.ts';

type FileName =
  | 'authentication'
  | 'audit'
  | 'containerd'
  | 'kubelet'
  | 'kube-proxy';

const OVERLAY = 0x794c7630;

/** Path of a component's configuration file. */
export function configurationFile(layout: Layout, name: FileName): string {
  const extension = name === 'containerd' ? 'toml' : 'yaml';
  return join(layout.paths.configuration, `${name}.${extension}`);
}

/** Path of a component's kubeconfig. */
export function componentKubeconfig(layout: Layout, name: ClientName): string {
  return join(layout.paths.configuration, `${name}.kubeconfig`);
}

/** Writes the files that the components read, the person's kubeconfig included. */
export async function writeConfiguration(layout: Layout): Promise<void> {
  const { paths, network, node, name, ports } = layout;
  const cni = join(paths.configuration, 'cni');
  await mkdir(cni, { recursive: true, mode: 0o700 });
  const address = network?.nodeAddress ?? '127.0.0.1';
  const server = `https://${address}:${ports.apiServer}`;
  await Promise.all([
    writeKubeconfig(paths.kubeconfig, paths.certificates, 'admin', {
      context: name,
      server,
    }),
    ...CLIENTS.map(client =>
      writeKubeconfig(
        componentKubeconfig(layout, client),
        paths.certificates,
        client,
        { context: name, server: `https://127.0.0.1:${ports.apiServer}` },
      ),
    ),
    write(layout, 'authentication', stringify(authentication())),
    write(layout, 'audit', stringify(auditPolicy())),
  ]);
  if (node && network) {
    await Promise.all([
      write(
        layout,
        'containerd',
        containerd(layout, node, await snapshotter(paths.directory)),
      ),
      write(layout, 'kubelet', stringify(kubelet(layout))),
      write(layout, 'kube-proxy', stringify(kubeProxy(layout))),
      writeFile(
        join(cni, '10-calico.conflist'),
        JSON.stringify(calico(layout), null, 2),
      ),
      // CoreDNS asks the supervisor, which asks the host's name servers.
      writeFile(resolvConf(layout), `nameserver ${network.nodeAddress}\n`),
    ]);
  }
}

const CLIENTS: ClientName[] = [
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
  'cloud-controller-manager',
  'calico-node',
  'calico-cni-plugin',
];

function write(layout: Layout, name: FileName, content: string): Promise<void> {
  return writeFile(configurationFile(layout, name), content, { mode: 0o600 });
}

// Nobody without credentials gets more than an answer to "are you well".
function authentication() {
  return {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AuthenticationConfiguration',
    anonymous: {
      enabled: true,
      conditions: ['/livez', '/readyz', '/healthz'].map(path => ({ path })),
    },
  };
}

// One line for each write, so that tests can count who writes what; heartbeats would drown the rest. Of a portal's service account
// (examples/rbac) everything, so that tests can tell which rights it needs.
function auditPolicy() {
  const writes = ['create', 'update', 'patch', 'delete', 'deletecollection'];
  return {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [
      {
        level: 'Metadata',
        userGroups: ['system:serviceaccounts:app-network'],
      },
      {
        level: 'None',
        resources: [
          { group: 'coordination.k8s.io', resources: ['leases'] },
          { group: 'authentication.k8s.io' },
          { group: 'authorization.k8s.io' },
        ],
      },
      { level: 'Metadata', verbs: writes },
    ],
  };
}

// On an overlay, as in most containers, the kernel can't stack another one.
async function snapshotter(directory: string): Promise<string> {
  const { type } = await statfs(directory);
  return type === OVERLAY ? 'native' : 'overlayfs';
}

function containerd(
  { paths }: Layout,
  node: NodeBuild,
  snapshots: string,
): string {
  const pause = node.images.find(({ reference }) =>
    reference.startsWith('registry.k8s.io/pause:'),
  );
  if (!pause) {
    throw new Error('the build has no pause image');
  }
  // JSON's strings and lists are TOML's too.
  const toml = JSON.stringify;
  return `version = 3
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.nri.v1.nri", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.blockfile", "io.containerd.snapshotter.v1.erofs"]

[grpc]
address = "/run/containerd/containerd.sock"

[plugins."io.containerd.cri.v1.images"]
snapshotter = ${toml(snapshots)}

[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = ${toml(pause.reference)}

[plugins."io.containerd.cri.v1.runtime"]
# Lowering a process's OOM score needs CAP_SYS_RESOURCE, which not every root has.
restrict_oom_score_adj = true

[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = ${toml([node.cniPlugins])}
conf_dir = ${toml(join(paths.configuration, 'cni'))}

[plugins."io.containerd.cri.v1.runtime".containerd]
default_runtime_name = "runc"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
runtime_path = ${toml(node.containerdShim)}

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
BinaryName = ${toml(node.runc)}
SystemdCgroup = false
`;
}

function kubelet(layout: Layout) {
  const { certificates } = layout.paths;
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: '0.0.0.0',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(certificates, 'ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: join(certificates, 'kubelet-server.crt'),
    tlsPrivateKeyFile: join(certificates, 'kubelet-server.key'),
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    cgroupDriver: 'cgroupfs',
    failCgroupV1: false,
    failSwapOn: false,
    clusterDNS: [DNS_SERVICE_ADDRESS],
    clusterDomain: 'cluster.local',
    resolvConf: resolvConf(layout),
    maxPods: 250,
    serializeImagePulls: false,
    // The disk and the memory are the host's, and full enough often: nothing is evicted or collected for it.
    evictionHard: {
      'memory.available': '0%',
      'nodefs.available': '0%',
      'nodefs.inodesFree': '0%',
      'imagefs.available': '0%',
      'imagefs.inodesFree': '0%',
    },
    imageGCHighThresholdPercent: 100,
    volumePluginDir: '/var/lib/kubelet/volume-plugins',
    logging: { verbosity: 1 },
  };
}

function resolvConf(layout: Layout): string {
  return join(layout.paths.configuration, 'resolv.conf');
}

function kubeProxy(layout: Layout) {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clusterCIDR: POD_RANGE,
    hostnameOverride: layout.name,
    clientConnection: {
      kubeconfig: componentKubeconfig(layout, 'kube-proxy'),
    },
    // These belong to the whole machine and stay as they are.
    conntrack: {
      maxPerCore: 0,
      min: 0,
      tcpEstablishedTimeout: '0s',
      tcpCloseWaitTimeout: '0s',
    },
    iptables: { minSyncPeriod: '100ms' },
  };
}

function calico(layout: Layout) {
  return {
    name: 'calico',
    cniVersion: '0.3.1',
    plugins: [
      {
        type: 'calico',
        datastore_type: 'kubernetes',
        nodename: layout.name,
        nodename_file_optional: true,
        mtu: 1500,
        log_level: 'warning',
        log_file_path: '/var/log/calico-cni.log',
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: POD_RANGE }]],
        },
        policy: { type: 'k8s' },
        kubernetes: {
          kubeconfig: componentKubeconfig(layout, 'calico-cni-plugin'),
        },
      },
      { type: 'portmap', snat: true, capabilities: { portMappings: true } },
    ],
  };
}

/** Addresses that a node's certificates name. */
export function nodeAddresses(network: ClusterNetwork | undefined): string[] {
  return network ? [network.nodeAddress] : [];
}
