import type {
  AppNetwork,
  AppNetworkView,
  ClusterSummary,
  NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import {
  appNetworkApplyPermission,
  appNetworkDeletePermission,
  appNetworkDeployPermission,
  appNetworkPlatformPermission,
  appNetworkReadPermission,
  NETWORK_PLATFORM_NAME,
} from '@app-network/backstage-plugin-app-network-common';
import { createValidatedOpenApiRouterFromGeneratedEndpointMap } from '@backstage/backend-openapi-utils';
import type {
  AuditorService,
  HttpAuthService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { NotFoundError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { NextFunction, Request, Response, Router } from 'express';
import type { ClusterRegistry } from '../clusters/types';
import type { Cluster } from '../engine/types';
import { APP_NETWORK, PLATFORM_REF } from '../kinds';
import { entityNetworks } from '../observe/entityNetworks';
import { platformNamespaces } from '../platform/components/platformNamespaces';
import { releaseValues } from '../platform/releaseValues';
import { spec } from '../schema/openapi.generated';
import {
  appNetworkRef,
  getAppNetwork,
  putAppNetwork,
  waitForAppNetwork,
} from './appNetworks';
import { audited } from './audit';
import { authorize } from './authorize';
import { getRollout, waitForRollout } from './deployments';
import type { Endpoints } from './endpoints';
import { toHttpError } from './errors';
import { createPlatformChanges, type Planner } from './platform';
import { applyWorkloadObject, planWorkload } from './workload';

export interface RouterOptions {
  clusters: ClusterRegistry;
  /** The cluster's NetworkPlatform as its cache has it. */
  platform(cluster: Cluster): NetworkPlatform | undefined;
  /** What an AppNetwork became. */
  view(cluster: Cluster, appNetwork: AppNetwork): Promise<AppNetworkView>;
  planner: Planner;
  catalog: Pick<CatalogService, 'getEntityByRef'>;
  httpAuth: HttpAuthService;
  permissions: PermissionsService;
  auditor: AuditorService;
  /** Ends the calls that wait for a change; they answer with what there is. */
  signal: AbortSignal;
}

/** The HTTP API that openapi.yaml describes. */
export async function createRouter(options: RouterOptions): Promise<Router> {
  const { clusters, view, catalog, auditor } = options;
  const platformChanges = createPlatformChanges(options.planner);
  const until = (res: Closable) =>
    AbortSignal.any([options.signal, closed(res)]);
  const router =
    createValidatedOpenApiRouterFromGeneratedEndpointMap<Endpoints>(spec);
  const may = authorize(options.httpAuth, options.permissions);
  const summary = (cluster: ClusterSummary): ClusterSummary => {
    const connected = clusters
      .connected()
      .find(({ name }) => name === cluster.name);
    const platform = connected && options.platform(connected);
    return platform ? { ...cluster, platform } : cluster;
  };

  router.get('/clusters', async (req, res) => {
    await may(req, appNetworkReadPermission);
    res.json({ items: clusters.list().map(summary) });
  });

  router.get('/clusters/:cluster/platform', async (req, res) => {
    await may(req, appNetworkReadPermission);
    const cluster = clusters.get(req.params.cluster);
    res.json(await getPlatform(cluster));
  });

  router.delete('/clusters/:cluster/platform', async (req, res) => {
    await may(req, appNetworkPlatformPermission);
    const { planId, customResourceDefinitions } = req.query;
    await audited(
      auditor,
      {
        request: req,
        eventId: 'platform-remove',
        severityLevel: 'high',
        meta: { ...req.params, planId, customResourceDefinitions },
      },
      () =>
        platformChanges.remove(clusters.get(req.params.cluster), {
          planId,
          customResourceDefinitions,
        }),
    );
    res.status(204).end();
  });

  router.post('/clusters/:cluster/platform/plan', async (req, res) => {
    await may(req, appNetworkReadPermission);
    // The chart and its values are the user's, and rendering them reads the cluster with the portal's rights.
    await may(req, appNetworkPlatformPermission);
    const plan = await audited(
      auditor,
      {
        request: req,
        eventId: 'platform-plan',
        severityLevel: 'low',
        meta: { ...req.params },
      },
      () => platformChanges.plan(clusters.get(req.params.cluster), req.body),
    );
    res.json(plan);
  });

  router.post('/clusters/:cluster/platform/apply', async (req, res) => {
    await may(req, appNetworkPlatformPermission);
    const applied = await audited(
      auditor,
      {
        request: req,
        eventId: 'platform-apply',
        meta: { ...req.params, planId: req.body.planId },
      },
      () => platformChanges.apply(clusters.get(req.params.cluster), req.body),
    );
    res.json(applied);
  });

  router.get(
    '/clusters/:cluster/platform/releases/:release/values',
    async (req, res) => {
      await may(req, appNetworkReadPermission);
      const cluster = clusters.get(req.params.cluster);
      res.json(
        await releaseValues(
          cluster,
          await getPlatform(cluster),
          req.params.release,
        ),
      );
    },
  );

  router.get('/entities/:kind/:namespace/:name/networks', async (req, res) => {
    const credentials = await may(req, appNetworkReadPermission);
    const entityRef = stringifyEntityRef(req.params);
    const entity = await catalog.getEntityByRef(entityRef, { credentials });
    if (!entity) {
      throw new NotFoundError(`The catalog has no entity ${entityRef}`);
    }
    const networks = await entityNetworks(clusters, entity, view);
    res.json({ ...networks, clusters: networks.clusters.map(summary) });
  });

  const appNetworkPath =
    '/clusters/:cluster/namespaces/:namespace/appnetworks/:name';

  router.get(appNetworkPath, async (req, res) => {
    await may(req, appNetworkReadPermission);
    const cluster = clusters.get(req.params.cluster);
    const ref = appNetworkRef(req.params);
    const { changedSince, timeoutSeconds = 20 } = req.query;
    const appNetwork = changedSince
      ? await waitForAppNetwork(
          cluster.client,
          cluster.informers.informer<AppNetwork>(APP_NETWORK),
          ref,
          {
            cluster: cluster.name,
            changedSince,
            timeoutMs: timeoutSeconds * 1000,
            signal: until(res),
          },
        )
      : await getAppNetwork(cluster.client, ref, cluster.name);
    res.json(await view(cluster, appNetwork));
  });

  router.put(appNetworkPath, async (req, res) => {
    await may(req, appNetworkApplyPermission);
    const { dryRun } = req.query;
    const applied = await audited(
      auditor,
      {
        request: req,
        eventId: 'app-network-apply',
        meta: { ...req.params, dryRun },
      },
      () => {
        const { client } = clusters.get(req.params.cluster);
        return putAppNetwork(client, appNetworkRef(req.params), req.body, {
          dryRun,
        });
      },
    );
    res.json(applied);
  });

  router.delete(appNetworkPath, async (req, res) => {
    await may(req, appNetworkDeletePermission);
    await audited(
      auditor,
      { request: req, eventId: 'app-network-delete', meta: { ...req.params } },
      () => {
        const { client } = clusters.get(req.params.cluster);
        return client.delete(appNetworkRef(req.params));
      },
    );
    res.status(204).end();
  });

  router.post('/clusters/:cluster/workloads', async (req, res) => {
    await may(req, appNetworkDeployPermission);
    const { dryRun } = req.query;
    const items = await audited(
      auditor,
      {
        request: req,
        eventId: 'workload-apply',
        meta: { ...req.params, namespace: req.body.namespace, dryRun },
      },
      async () => {
        const cluster = clusters.get(req.params.cluster);
        const planned = planWorkload(
          req.body,
          platformNamespaces(options.platform(cluster)),
        );
        const applied = [];
        for (const object of planned) {
          applied.push(
            await applyWorkloadObject(cluster.client, object, { dryRun }),
          );
        }
        return applied;
      },
    );
    res.json({ items });
  });

  router.get(
    '/clusters/:cluster/namespaces/:namespace/deployments/:name',
    async (req, res) => {
      await may(req, appNetworkReadPermission);
      const { client } = clusters.get(req.params.cluster);
      const { changedSince, timeoutSeconds = 20 } = req.query;
      res.json(
        changedSince
          ? await waitForRollout(client, req.params, {
              changedSince,
              timeoutMs: timeoutSeconds * 1000,
              signal: until(res),
            })
          : await getRollout(client, req.params),
      );
    },
  );

  router.use(
    (error: unknown, _req: Request, _res: Response, next: NextFunction) =>
      next(toHttpError(error)),
  );
  return router;
}

/** @throws NotFoundError */
async function getPlatform({
  client,
  name,
}: Cluster): Promise<NetworkPlatform> {
  const platform = await client.get<NetworkPlatform>(PLATFORM_REF);
  if (!platform) {
    throw new NotFoundError(
      `Cluster ${name} has no NetworkPlatform named ${NETWORK_PLATFORM_NAME}; create one to install the platform`,
    );
  }
  return platform;
}

interface Closable {
  once(event: 'close', listener: () => void): unknown;
}

/** Aborted when nobody waits for the answer any more. */
function closed(res: Closable): AbortSignal {
  const controller = new AbortController();
  res.once('close', () => controller.abort());
  return controller.signal;
}
