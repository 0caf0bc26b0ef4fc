/**
 * What the build hands to whoever runs the cluster. Everything is an absolute path into the build cache
 * (`$XDG_CACHE_HOME/app-network/local-cluster`, `~/.cache` by default) or into the system.
 */

/** The names of the parts, in the order in which they are built. */
export type PartName =
  | 'system'
  | 'kubernetes'
  | 'containerd'
  | 'calico'
  | 'pause'
  | 'coredns'
  | 'helm'
  | 'agnhost'
  | 'istio'
  | 'cert-manager'
  | 'envoy'
  | 'images'
  | 'charts'
  | 'external-dns'
  | 'pebble';

/** How far one part is. Reported when its state changes, and about once a second while it is `building`. */
export interface BuildProgress {
  part: PartName;
  /** What a person reads, with the version: `Istio 1.31`. */
  title: string;
  /** Place of the part among those asked for, from 1. */
  index: number;
  total: number;
  state: 'building' | 'done' | 'cached' | 'failed';
  /** Seconds since this part began; 0 for `cached`. */
  elapsedSeconds: number;
  /** What it took the last time on this machine, or, the first time, a rough estimate. */
  expectedSeconds: number;
  /** `true` when `expectedSeconds` was measured on this machine. */
  expectedIsMeasured: boolean;
  /** What it is doing just now, a few words: `downloading modules`, `waiting for another build`. */
  step?: string;
}

/** An image as an archive that `ctr --namespace k8s.io images import` takes. */
export interface ImageArchive {
  /** Full reference, `docker.io/istio/pilot:1.31.0`. The archive carries it too. */
  reference: string;
  /** Path of an uncompressed docker archive (`manifest.json`, config, layers). */
  tar: string;
  /** `sha256:…` of the image's config: what a container runtime shows as the image's id. */
  id: string;
}

/** A chart packaged with `helm package --version --app-version`. */
export interface ChartArchive {
  path: string;
  version: string;
}

export type ChartName =
  | 'istio-base'
  | 'istiod'
  | 'istio-gateway'
  | 'cert-manager';

/** What a cluster doesn't have from the start, for it takes minutes to build and not everybody needs it. */
export const EXTRAS = ['external-dns'] as const;

export type ExtraName = (typeof EXTRAS)[number];

/** An extra that was built. */
export interface BuiltExtra {
  image: ImageArchive;
  chart: ChartArchive;
}

/** The charts of a cluster: those of extras once they have been added. */
export type Charts = Record<ChartName, ChartArchive> &
  Partial<Record<ExtraName, ChartArchive>>;

/** What a control plane alone needs. */
export interface BuiltControlPlane {
  /**
   * One program: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubelet, kube-proxy, kubectl, …
   * by argv[0] or by first argument.
   */
  kubernetes: string;
  /** A link to `kubernetes` with kubectl's name. */
  kubectl: string;
  helm: string;
  charts: Record<ChartName, ChartArchive>;
}

/** What a node needs besides. */
export interface BuiltNode {
  containerd: string;
  containerdShim: string;
  ctr: string;
  runc: string;
  /** Directory with at least host-local, portmap, loopback and (a link to our own) calico. */
  cniPlugins: string;
  /** One program: Felix, the agent, as `calico felix`, and the CNI plugin when it is called `calico`. */
  calico: string;
  /** Calico's CustomResourceDefinitions, YAML files. */
  calicoCrds: string[];
  /** The static pause is among them: the one whose reference starts with `registry.k8s.io/pause:`. */
  images: ImageArchive[];
}

/** What was built. `node` is there exactly when a node is possible on this machine. */
export type Built = BuiltControlPlane & {
  node: ({ possible: true } & BuiltNode) | { possible: false; reason: string };
  /** Path of a Chromium for the browser tests, when it was asked for. */
  chromium?: string;
};

export interface BuildOptions {
  /** Install what is missing with the system's package manager; otherwise an error prints the line to run. */
  install: boolean;
  report: (progress: BuildProgress) => void;
  /** One line that a person should see before something is done to the system (`Installing … with apt-get`). */
  notice?: (line: string) => void;
  /** Leave the node and its images out: a control plane, kubectl, Helm and the charts. */
  controlPlaneOnly?: boolean;
  /** Also find or install a Chromium. */
  chromium?: boolean;
  signal?: AbortSignal;
}

/** Build what isn't there yet and tell where everything is. Safe to repeat and to run twice at once. */
export type EnsureBuilt = (options: BuildOptions) => Promise<Built>;

/**
 * Something the person can put right: a tool that is missing, a build that fails. The message is complete
 * and needs no stack.
 */
export class BuildError extends Error {
  override name = 'BuildError';
}
