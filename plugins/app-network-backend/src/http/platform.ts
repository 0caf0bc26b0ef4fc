import type {
  NetworkPlatform,
  NetworkPlatformSpec,
  PlannedChart,
  PlanProblem,
  PlatformChange,
  PlatformPlan,
} from '@app-network/backstage-plugin-app-network-common';
import { ConflictError, InputError, NotFoundError } from '@backstage/errors';
import { isKubernetesError } from '../engine/errors';
import { describe } from '../engine/objects';
import type { Cluster } from '../engine/types';
import { PLATFORM_REF } from '../kinds';
import { withApprovedCharts } from '../platform/charts/approvedCharts';
import { PORTAL_FIELD_MANAGER } from './fieldManager';

const PLATFORM = describe(PLATFORM_REF);

/** Plans changes of platforms, and makes those that are approved. */
export interface PlatformChanges {
  /** What a change would do. Nothing is written. */
  plan(cluster: Cluster, change: PlatformChange): Promise<PlatformPlan>;
  /** Makes the change if it is still what was planned. @throws ConflictError saying what is different */
  apply(
    cluster: Cluster,
    change: { spec: NetworkPlatformSpec; planId: string },
  ): Promise<NetworkPlatform>;
  /** Starts the removal if it is still what was planned. @throws ConflictError saying what is different */
  remove(
    cluster: Cluster,
    removal: { planId: string; customResourceDefinitions?: 'Keep' | 'Delete' },
  ): Promise<void>;
}

/** Makes a plan from what is read of a cluster. */
export type Planner = (
  cluster: Cluster,
  request: {
    action: PlatformPlan['action'];
    live: NetworkPlatform | undefined;
    desired: NetworkPlatform | undefined;
    deletesDefinitions: boolean;
    problems: PlanProblem[];
  },
) => Promise<PlatformPlan>;

/** Plans that are remembered, to tell how a later one differs. */
const REMEMBERED = 50;

export function createPlatformChanges(planner: Planner): PlatformChanges {
  const remembered = new Map<string, PlatformPlan>();

  const planFor = async (
    cluster: Cluster,
    change: PlatformChange,
  ): Promise<{ plan: PlatformPlan; live: NetworkPlatform | undefined }> => {
    const live = await cluster.client.get<NetworkPlatform>(PLATFORM_REF);
    refuseDeleting(live);
    const asked = await untilUndisturbed(cluster, live, now =>
      request(cluster, now, change),
    );
    return { plan: await planner(cluster, asked), live };
  };

  /** Plans again, and writes only if it is the same plan, and nobody has changed the platform since. */
  const approved = async <T>(
    cluster: Cluster,
    change: PlatformChange,
    planId: string,
    write: (
      live: NetworkPlatform | undefined,
      plan: PlatformPlan,
    ) => Promise<T>,
  ): Promise<T> => {
    const { plan, live } = await planFor(cluster, change);
    if (plan.id !== planId) {
      throw new ConflictError(staleMessage(remembered.get(planId), plan));
    }
    return untilUndisturbed(cluster, live, now => write(now, plan));
  };

  return {
    async plan(cluster, change) {
      const { plan } = await planFor(cluster, change);
      remembered.delete(plan.id);
      remembered.set(plan.id, plan);
      for (const oldest of remembered.keys()) {
        if (remembered.size <= REMEMBERED) {
          break;
        }
        remembered.delete(oldest);
      }
      return plan;
    },
    apply: (cluster, { spec, planId }) =>
      approved(cluster, { spec }, planId, (live, { charts }) =>
        writeSpec(cluster, live, spec, { charts }),
      ),
    remove: (cluster, { planId, customResourceDefinitions }) =>
      approved(
        cluster,
        { remove: { customResourceDefinitions } },
        planId,
        async live => {
          if (live) {
            await removeLive(cluster, live, customResourceDefinitions);
          }
        },
      ),
  };
}

async function request(
  cluster: Cluster,
  live: NetworkPlatform | undefined,
  { spec, remove }: PlatformChange,
): Promise<Parameters<Planner>[1]> {
  if (remove) {
    if (!live) {
      throw new NotFoundError(
        `${PLATFORM} is not in cluster ${cluster.name}: there is nothing to remove`,
      );
    }
    const definitions =
      remove.customResourceDefinitions ??
      live.spec?.uninstall?.customResourceDefinitions;
    return {
      action: 'Remove',
      live,
      desired: undefined,
      deletesDefinitions: definitions === 'Delete',
      problems: [],
    };
  }
  if (!spec) {
    throw new InputError('The body names neither spec nor remove');
  }
  return {
    action: live ? 'Change' : 'Install',
    live,
    // The API server checks and defaults it, as it will when it is written.
    desired: await writeSpec(cluster, live, spec, { dryRun: true }),
    deletesDefinitions: false,
    problems: otherKeepers(live),
  };
}

/**
 * Makes the spec what is given, and notes the charts that were approved with it. Not by server-side apply, which would keep the fields that
 * others have set and the user has taken out, so that the spec would not be the one that was planned.
 */
function writeSpec(
  { client }: Cluster,
  live: NetworkPlatform | undefined,
  spec: NetworkPlatformSpec,
  { charts, dryRun }: { charts?: PlannedChart[]; dryRun?: boolean },
): Promise<NetworkPlatform> {
  const options = { fieldManager: PORTAL_FIELD_MANAGER, dryRun };
  const { apiVersion, kind, name } = PLATFORM_REF;
  const platform = {
    ...(live ?? { apiVersion, kind, metadata: { name } }),
    spec,
  };
  const written = charts ? withApprovedCharts(platform, charts) : platform;
  return live
    ? client.replace<NetworkPlatform>(written, options)
    : client.create<NetworkPlatform>(written, options);
}

async function removeLive(
  cluster: Cluster,
  live: NetworkPlatform,
  customResourceDefinitions: 'Keep' | 'Delete' | undefined,
): Promise<void> {
  const { uninstall } = live.spec ?? {};
  const { metadata } =
    customResourceDefinitions &&
    customResourceDefinitions !== uninstall?.customResourceDefinitions
      ? await writeSpec(
          cluster,
          live,
          {
            ...live.spec,
            uninstall: { ...uninstall, customResourceDefinitions },
          },
          {},
        )
      : live;
  const { uid, resourceVersion } = metadata;
  await cluster.client.delete(PLATFORM_REF, { uid, resourceVersion });
}

/** How often a write is tried that the reconciler's status came before. */
const ATTEMPTS = 5;

/**
 * Writes with the resourceVersion that was planned for. A status that was written meanwhile changes that too, so as long as the spec is the
 * same, it is tried with the next.
 */
async function untilUndisturbed<T>(
  { client }: Cluster,
  planned: NetworkPlatform | undefined,
  write: (live: NetworkPlatform | undefined) => Promise<T>,
): Promise<T> {
  let live = planned;
  for (let attempt = 1; ; attempt++) {
    try {
      return await write(live);
    } catch (error) {
      if (!isKubernetesError(error) || !error.conflict) {
        throw error;
      }
      live = await client.get<NetworkPlatform>(PLATFORM_REF);
      if (!isSameSpec(live, planned) || attempt === ATTEMPTS) {
        throw new ConflictError(
          `Somebody else has changed ${PLATFORM} meanwhile; plan again`,
        );
      }
    }
  }
}

function isSameSpec(
  live: NetworkPlatform | undefined,
  planned: NetworkPlatform | undefined,
): boolean {
  return (
    live?.metadata.uid === planned?.metadata.uid &&
    live?.metadata.generation === planned?.metadata.generation
  );
}

function refuseDeleting(live: NetworkPlatform | undefined): void {
  if (live?.metadata.deletionTimestamp) {
    throw new ConflictError(
      `${PLATFORM} is being removed; try again when it is gone`,
    );
  }
}

/** Who applies the spec from elsewhere, such as Argo CD: what is changed here, they change back. */
function otherKeepers(live: NetworkPlatform | undefined): PlanProblem[] {
  const others = (live?.metadata.managedFields ?? [])
    .filter(
      ({ manager, operation, subresource, fieldsV1 }) =>
        !subresource &&
        fieldsV1 &&
        'f:spec' in fieldsV1 &&
        manager !== PORTAL_FIELD_MANAGER &&
        (operation === 'Apply' || manager === 'kubectl-client-side-apply'),
    )
    .map(({ manager }) => manager);
  return others.length > 0
    ? [
        {
          severity: 'Warning',
          subject: PLATFORM,
          message: `${others.join(
            ', ',
          )} applies it as well, and may undo this the next time: change it there too.`,
        },
      ]
    : [];
}

/** Differences that are named; a person needs no more to plan again. */
const NAMED = 5;

/** What is different between the plan that was approved and the one that it has become. */
function staleMessage(
  before: PlatformPlan | undefined,
  now: PlatformPlan,
): string {
  const again = 'Nothing was written; plan again.';
  if (!before) {
    return `The plan is no longer what it was: the cluster, a chart or the spec has changed since. ${again}`;
  }
  const [old, current] = [before, now].map(
    plan => new Map(contents(plan).map(part => [part.name, part.text])),
  );
  const differences = [...new Set([...old.keys(), ...current.keys()])].filter(
    name => old.get(name) !== current.get(name),
  );
  const more = differences.length - NAMED;
  const named =
    differences.slice(0, NAMED).join(', ') +
    (more > 0 ? ` and ${more} more` : '');
  return `The plan is no longer what it was: ${
    named || 'a Secret or a chart in the file system'
  } changed since. ${again}`;
}

function contents(plan: PlatformPlan): { name: string; text: string }[] {
  return [
    ...plan.charts.map(({ address, digest }) => ({
      name: `chart ${address}`,
      text: digest,
    })),
    ...plan.objects.map(object => ({
      name: describe(object.ref),
      text: JSON.stringify(object),
    })),
    ...plan.releases.map(release => ({
      name: `Helm release ${release.release}`,
      text: JSON.stringify(release),
    })),
    ...plan.problems.map(({ subject, message }) => ({
      name: `a problem of ${subject}`,
      text: message,
    })),
  ];
}
