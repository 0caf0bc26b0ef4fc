import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { readManifest } from './manifest';

/** Label on the release Secrets of what we installed; its value is the name of the NetworkPlatform. */
export const PLATFORM_LABEL = 'app-network.io/platform';

/** Label on the release Secrets of what we installed: what chart, version and values it was made from. */
export const DIGEST_LABEL = 'app-network.io/digest';

/** A Secret that holds one revision of a Helm release (driver `secret`, `sh.helm.release.v1.<name>.v<revision>`). */
export interface ReleaseSecret extends KubernetesObject {
  data?: { release?: string };
}

/** States of a Helm release, as they stand in the label `status` (helm.sh/helm/v4/pkg/release/common). */
export type HelmStatus =
  | 'unknown'
  | 'deployed'
  | 'uninstalled'
  | 'superseded'
  | 'failed'
  | 'uninstalling'
  | 'pending-install'
  | 'pending-upgrade'
  | 'pending-rollback';

/** Something a release brings that runs pods. */
export interface WorkloadRef {
  kind: 'Deployment' | 'DaemonSet' | 'StatefulSet';
  namespace: string;
  name: string;
}

/** The latest revision of a release in the cluster. */
export interface InstalledRelease {
  release: string;
  namespace: string;
  revision: number;
  status: HelmStatus;
  /** Whether we installed it. */
  ours: boolean;
  /** {@link DIGEST_LABEL}; undefined where we did not install it. */
  digest: string | undefined;
  secretName: string;
  /** Version of the chart. */
  version: string | undefined;
  /** Version of the chart that Helm last installed or upgraded to without an error; undefined where it never did. */
  deployedVersion: string | undefined;
  /** When it was last installed or upgraded, ISO 8601. */
  lastDeployed: string | undefined;
  /** What Helm says of it, such as why it failed. */
  description: string;
  workloads: WorkloadRef[];
  /** Everything that it brought, but CustomResourceDefinitions, which are large. */
  objects: KubernetesObject[];
}

/** Reads the latest revision of each release; a Secret that can't be read is one without contents. */
export async function readInstalledReleases(
  secrets: readonly ReleaseSecret[],
): Promise<InstalledRelease[]> {
  const revisions = new Map<string, ReleaseSecret[]>();
  for (const secret of secrets) {
    const key = `${secret.metadata.namespace}/${label(secret, 'name')}`;
    revisions.set(key, [...(revisions.get(key) ?? []), secret]);
  }
  return Promise.all([...revisions.values()].map(readRelease));
}

async function readRelease(
  revisions: ReleaseSecret[],
): Promise<InstalledRelease> {
  const newestFirst = [...revisions].sort(
    (a, b) => revisionOf(b) - revisionOf(a),
  );
  const [secret] = newestFirst;
  const deployed = newestFirst.find(
    revision => label(revision, 'status') === 'deployed',
  );
  const namespace = secret.metadata.namespace ?? '';
  return {
    release: label(secret, 'name'),
    namespace,
    revision: revisionOf(secret),
    status: label(secret, 'status') as HelmStatus,
    ours: PLATFORM_LABEL in (secret.metadata.labels ?? {}),
    digest: secret.metadata.labels?.[DIGEST_LABEL],
    secretName: secret.metadata.name,
    deployedVersion: deployed && (await contentsOf(deployed)).version,
    ...(await contentsOf(secret)),
  };
}

type Contents = Pick<
  InstalledRelease,
  'version' | 'lastDeployed' | 'description' | 'workloads' | 'objects'
>;

/** What has been read of a Secret; they are large, and looked at often. */
const read = new WeakMap<ReleaseSecret, Promise<Contents>>();

function contentsOf(secret: ReleaseSecret): Promise<Contents> {
  const known = read.get(secret);
  if (known) {
    return known;
  }
  const contents = readContents(secret);
  read.set(secret, contents);
  return contents;
}

async function readContents(secret: ReleaseSecret): Promise<Contents> {
  try {
    const { info, chart, manifest } = await unpackRelease(secret);
    const objects = await objectsOf(
      manifest ?? '',
      secret.metadata.namespace ?? '',
    );
    return {
      objects,
      version: chart?.metadata?.version,
      lastDeployed: info?.last_deployed,
      description: info?.description ?? '',
      workloads: objects.filter(isWorkload).map(({ kind, metadata }) => ({
        kind,
        namespace: metadata.namespace ?? '',
        name: metadata.name,
      })),
    };
  } catch (error) {
    return {
      version: undefined,
      lastDeployed: secret.metadata.creationTimestamp,
      description: `Secret ${secret.metadata.namespace}/${secret.metadata.name} can't be read: ${error}`,
      workloads: [],
      objects: [],
    };
  }
}

/** What is read of a release. */
export interface HelmReleaseRecord {
  info?: { last_deployed?: string; description?: string };
  chart?: { metadata?: { version?: string } };
  /** Everything but hooks, as YAML documents. */
  manifest?: string;
}

/** A release as Helm writes it: JSON, gzip, base64, and base64 once more as a Secret's data. */
export async function unpackRelease(
  secret: ReleaseSecret,
): Promise<HelmReleaseRecord> {
  const packed = Buffer.from(
    Buffer.from(secret.data?.release ?? '', 'base64').toString(),
    'base64',
  );
  return JSON.parse((await promisify(gunzip)(packed)).toString());
}

/** The objects of a manifest; one of a kind with namespaces that names none is in the release's, as Helm has it. */
async function objectsOf(
  manifest: string,
  namespace: string,
): Promise<KubernetesObject[]> {
  const documents = await readManifest(manifest, { definitions: false });
  return documents.map(({ object }) => ({
    ...object,
    metadata: {
      ...object.metadata,
      ...(CLUSTER_SCOPED.test(object.kind)
        ? {}
        : { namespace: object.metadata.namespace ?? namespace }),
    },
  }));
}

/** Kinds without namespaces that charts have, besides CustomResourceDefinitions. */
const CLUSTER_SCOPED =
  /^(Cluster.*|.*WebhookConfiguration|IngressClass|Namespace|PriorityClass|GatewayClass|ValidatingAdmissionPolicy.*)$/;

function isWorkload(
  object: KubernetesObject,
): object is KubernetesObject & Pick<WorkloadRef, 'kind'> {
  return ['Deployment', 'DaemonSet', 'StatefulSet'].includes(object.kind);
}

function label(secret: ReleaseSecret, name: string): string {
  return secret.metadata.labels?.[name] ?? '';
}

function revisionOf(secret: ReleaseSecret): number {
  return Number(label(secret, 'version'));
}
