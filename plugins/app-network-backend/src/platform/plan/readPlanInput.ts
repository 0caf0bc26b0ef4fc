import {
  NETWORK_PLATFORM_NAME,
  OWNER_LABEL,
  ownerLabelValue,
  type KubernetesObject,
  type NetworkPlatform,
  type PlanProblem,
  type PlatformPlan,
} from '@app-network/backstage-plugin-app-network-common';
import { isError, ServiceUnavailableError } from '@backstage/errors';
import limiter from 'p-limit';
import { isKubernetesError } from '../../engine/errors';
import { objectRef } from '../../engine/objects';
import type { Cluster, KubernetesClient } from '../../engine/types';
import type { ChartStore } from '../charts/chartStore';
import { readClusterFacts } from '../clusterFacts';
import { platformReleases, releaseNames } from '../components/platformReleases';
import type { HelmRelease } from '../components/types';
import { readGivenCa } from '../certificates/certificateAuthority';
import { withExisting } from '../existing/existing';
import { releaseDigest, type Helm } from '../helm';
import { platformInformers } from '../informers';
import {
  readInstalledReleases,
  unpackRelease,
  type InstalledRelease,
  type ReleaseSecret,
} from '../installedReleases';
import { readManifest } from '../manifest';
import { nextStep } from '../nextStep';
import { isSame, obsoleteReleases } from '../releaseViews';
import { PLATFORM_KINDS, renderPlatform } from '../render/render';
import { withChartRenderer, type ChartRenderer } from './renderChart';
import type { PlanInput, ReleaseInput } from './types';

/** What is to be planned. */
export interface PlanRequest {
  action: PlatformPlan['action'];
  live: NetworkPlatform | undefined;
  /** As the API server would accept it; undefined where the platform is removed. */
  desired: NetworkPlatform | undefined;
  deletesDefinitions: boolean;
  problems: PlanProblem[];
}

/** Reads everything that a plan is made from: the releases that are there, what the charts would make, and the objects as they are. */
export async function readPlanInput(
  options: {
    cluster: Cluster;
    helm: Helm;
    charts: ChartStore;
    signal: AbortSignal;
  },
  request: PlanRequest,
): Promise<PlanInput> {
  const { cluster } = options;
  const { live, desired, action, deletesDefinitions, problems } = request;
  const informers = platformInformers(cluster);
  const blocked = informers.required.find(({ hasSynced }) => !hasSynced);
  if (blocked) {
    // What is not known yet would be planned as if it weren't there.
    throw new ServiceUnavailableError(
      `Cluster ${cluster.name} is still being read: ${
        blocked.message || `${blocked.kind.kind} objects are listed`
      }. Plan again in a moment.`,
    );
  }
  const secrets = await cluster.client.list<ReleaseSecret>(
    { apiVersion: 'v1', kind: 'Secret' },
    { labelSelector: `owner=helm,name in (${releaseNames().join(',')})` },
  );
  const installed = await readInstalledReleases(secrets);
  const written = desired ?? live;
  const wanted = written ? platformReleases(written) : [];
  const facts =
    written &&
    readClusterFacts(informers, written, {
      installed,
      desired: wanted,
      givenCa: await readGivenCa(cluster.client, written, new Date()),
    });
  const platform = written && facts && withExisting(written, facts.existing);
  const releases = (
    platform && facts ? platformReleases(platform, facts) : []
  ).map(release => (desired ? release : { ...release, enabled: false }));

  const read = limiter(CONCURRENCY);
  const inputs = await withChartRenderer(
    { ...options, kubeconfig: cluster.kubeconfig() },
    async renderer => {
      const added: KubernetesObject[] = [];
      const results: ReleaseInput[] = [];
      const all = [...obsoleteReleases(releases, installed), ...releases];
      for (const level of levels(all)) {
        const done = await Promise.all(
          level.map(release =>
            readRelease({
              client: cluster.client,
              read,
              renderer,
              release,
              installed: installed.find(other => isSame(other, release)),
              secrets,
              added,
            }),
          ),
        );
        results.push(...done);
        added.push(
          ...done.flatMap(({ rendered }) =>
            [
              ...(rendered?.objects ?? []),
              ...(rendered?.definitions ?? []),
            ].filter(({ kind }) => kind === 'CustomResourceDefinition'),
          ),
        );
      }
      return results;
    },
  );
  const { objects, retained } =
    desired && platform && facts
      ? renderPlatform(platform, facts)
      : { objects: [], retained: [] };
  const own = objects.map(({ object }) => object);
  const kept = new Set(retained.map(ref => JSON.stringify(ref)));
  return {
    action,
    platform: { live, desired },
    releases: inputs,
    own: {
      desired: own,
      live: (await readOwn(cluster.client, own)).filter(
        object => !kept.has(JSON.stringify(objectRef(object))),
      ),
    },
    deletesDefinitions,
    problems,
  };
}

/** Calls to the API server at a time. */
const CONCURRENCY = 16;

/** Releases that need none of one another, in the order in which they are needed. */
function levels(releases: HelmRelease[]): HelmRelease[][] {
  const depth = ({ needs }: HelmRelease): number =>
    Math.max(
      0,
      ...releases
        .filter(({ release }) => needs.includes(release))
        .map(other => depth(other) + 1),
    );
  const sorted: HelmRelease[][] = [];
  for (const release of releases) {
    const level = depth(release);
    (sorted[level] ??= []).push(release);
  }
  return sorted.filter(Boolean);
}

async function readRelease(input: {
  client: KubernetesClient;
  read: limiter.Limit;
  renderer: ChartRenderer;
  release: HelmRelease;
  installed: InstalledRelease | undefined;
  secrets: ReleaseSecret[];
  added: KubernetesObject[];
}): Promise<ReleaseInput> {
  const { client, read, renderer, release, installed, secrets, added } = input;
  const digest = await releaseDigest(release);
  const step = nextStep({ release, digest, installed, waitsFor: [] });
  const base = { release, step, installed };
  if (step.action !== 'upgrade' && step.action !== 'uninstall') {
    return {
      ...base,
      manifest: [],
      rendered: undefined,
      live: [],
      createsNamespace: false,
    };
  }
  const isThere = installed && installed.status !== 'uninstalled';
  const secret = secrets.find(
    ({ metadata }) =>
      metadata.name === installed?.secretName &&
      metadata.namespace === installed?.namespace,
  );
  const place = placer(client, release.namespace, added);
  let rendered: ReleaseInput['rendered'];
  let problem: string | undefined;
  try {
    rendered =
      step.action === 'upgrade'
        ? await renderer.render(release, { isUpgrade: Boolean(isThere), added })
        : undefined;
  } catch (error) {
    problem = isError(error) ? error.message : String(error);
  }
  const manifest = secret
    ? await place((await manifestOf(secret)).map(({ object }) => object))
    : [];
  const placed = rendered && {
    ...rendered,
    objects: await place(rendered.objects),
    hooks: await place(rendered.hooks),
  };
  const refs = new Map(
    [
      ...manifest,
      ...(placed?.objects ?? []),
      ...(placed?.definitions ?? []),
    ].map(object => [JSON.stringify(objectRef(object)), objectRef(object)]),
  );
  const live = await Promise.all(
    [...refs.values()].map(ref => read(() => getIfKnown(client, ref))),
  );
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    name: release.namespace,
  };
  return {
    ...base,
    manifest,
    rendered: placed,
    live: live.filter(object => object !== undefined),
    createsNamespace:
      placed !== undefined && (await client.get(namespace)) === undefined,
    ...(problem === undefined ? {} : { problem }),
  };
}

/** What a release has brought; one that can't be read has brought nothing that is known. */
async function manifestOf(secret: ReleaseSecret) {
  const { manifest = '' } = await unpackRelease(secret).catch(
    () => ({} as { manifest?: string }),
  );
  return readManifest(manifest);
}

/** Puts objects that name no namespace where Helm does. */
function placer(
  client: KubernetesClient,
  namespace: string,
  added: KubernetesObject[],
) {
  const scopes = new Map<string, Promise<boolean>>();
  const isNamespaced = (object: KubernetesObject, all: KubernetesObject[]) => {
    const { apiVersion, kind } = object;
    const key = `${apiVersion} ${kind}`;
    const known =
      scopes.get(key) ??
      client.isNamespaced({ apiVersion, kind }).catch(error => {
        if (isKubernetesError(error) && error.kindMissing) {
          return !isClusterScoped(kind, [...added, ...all]);
        }
        throw error;
      });
    scopes.set(key, known);
    return known;
  };
  return (objects: KubernetesObject[]) =>
    Promise.all(
      objects.map(async object => {
        const { namespace: given, ...metadata } = object.metadata;
        return (await isNamespaced(object, objects))
          ? {
              ...object,
              metadata: { namespace: given ?? namespace, ...metadata },
            }
          : { ...object, metadata };
      }),
    );
}

function isClusterScoped(kind: string, definitions: KubernetesObject[]) {
  return definitions.some(definition => {
    const { spec } = definition as KubernetesObject & {
      spec?: { scope?: string; names?: { kind?: string } };
    };
    return spec?.names?.kind === kind && spec.scope === 'Cluster';
  });
}

async function getIfKnown(
  client: KubernetesClient,
  ref: ReturnType<typeof objectRef>,
): Promise<KubernetesObject | undefined> {
  try {
    return await client.get(ref);
  } catch (error) {
    if (isKubernetesError(error) && error.kindMissing) {
      return undefined;
    }
    throw error;
  }
}

/** What is there of the platform's own kinds: what is labelled as the platform's, and what has the name of something desired. */
async function readOwn(
  client: KubernetesClient,
  desired: KubernetesObject[],
): Promise<KubernetesObject[]> {
  const owner = ownerLabelValue({ name: NETWORK_PLATFORM_NAME });
  const owned = await Promise.all(
    PLATFORM_KINDS.map(kind =>
      client
        .list<KubernetesObject>(kind, {
          labelSelector: `${OWNER_LABEL}=${owner}`,
        })
        .catch(error => {
          if (isKubernetesError(error) && error.kindMissing) {
            return [];
          }
          throw error;
        }),
    ),
  );
  const named = await Promise.all(
    desired.map(object => getIfKnown(client, objectRef(object))),
  );
  const all = [
    ...owned.flat(),
    ...named.filter(object => object !== undefined),
  ];
  return [
    ...new Map(all.map(object => [object.metadata.uid, object])).values(),
  ];
}
