import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import {
  appNetworkPermissions,
  NETWORK_PLATFORM_NAME,
} from '@app-network/backstage-plugin-app-network-common';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { notificationService } from '@backstage/plugin-notifications-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import { startAdmissionController } from './admission/controller';
import { serveAdmission } from './admission/server';
import { startAppNetworkController } from './application/controller';
import { createClusters } from './clusters/clusters';
import { readClusters } from './clusters/config';
import type { Cluster } from './engine/types';
import { watchExpiry } from './expiry/watch';
import { createRouter } from './http/router';
import { observeAppNetwork, observePlatform } from './observe/observe';
import { signalChanges } from './observe/signals';
import { createChartStore } from './platform/charts/chartStore';
import { startPlatformController } from './platform/controller';
import { createHelm } from './platform/helm';
import { createRecordOwners } from './platform/dns/recordOwners';
import { createPlanner } from './platform/plan/planner';

/**
 * Puts applications on the network of the clusters in `appNetwork.clusters`.
 *
 * @public
 */
export const appNetworkPlugin = createBackendPlugin({
  pluginId: 'app-network',
  register(env) {
    env.registerInit({
      deps: {
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        notifications: notificationService,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        signals: signalsServiceRef,
      },
      async init({ config, httpRouter, lifecycle, logger, ...services }) {
        const { auth, catalog, notifications, permissionsRegistry, signals } =
          services;
        permissionsRegistry.addPermissions(appNetworkPermissions);

        const helm = createHelm({
          command:
            config.getOptionalString('appNetwork.helm.command') ?? 'helm',
        });
        const charts = createChartStore({ helm });
        const dnsServers = config.getOptionalStringArray(
          'appNetwork.dns.servers',
        );
        const platformOwners =
          config.getOptionalStringArray(
            'appNetwork.notifications.platformOwners',
          ) ?? [];
        const configs = readClusters(config);
        const admissionOf = ({ name }: Cluster) =>
          configs.find(other => other.name === name)?.admission;
        const clusters = createClusters({
          configs,
          logger,
          async onConnected(cluster, signal) {
            const admission = admissionOf(cluster);
            await Promise.all([
              signalChanges(cluster, { signals, logger }, signal),
              admission &&
                serveAdmission({ cluster, config: admission, logger, signal }),
            ]);
          },
          async controllers(cluster, signal) {
            const recordOwners = createRecordOwners(cluster, () =>
              clusters.connected(),
            );
            const admission = startAdmissionController({
              cluster,
              config: admissionOf(cluster),
              logger,
              onChange: () => platform.enqueue(NETWORK_PLATFORM_NAME),
              signal,
            });
            const platform = startPlatformController({
              ...{ cluster, helm, charts, admission },
              ...{ dnsServers, recordOwners },
              logger,
              signal,
            });
            await Promise.all([
              admission.stopped,
              platform.stopped,
              startAppNetworkController({
                ...{ cluster, dnsServers, recordOwners },
                logger,
                signal,
              }).stopped,
              watchExpiry({
                ...{ cluster, auth, catalog, notifications, platformOwners },
                logger,
                signal,
              }),
            ]);
          },
        });
        const stopping = new AbortController();
        lifecycle.addShutdownHook(async () => {
          stopping.abort();
          await clusters.stop();
          await charts.close();
        });

        httpRouter.use(
          await createRouter({
            ...services,
            clusters,
            platform: observePlatform,
            view: observeAppNetwork,
            planner: createPlanner({ helm, charts, signal: stopping.signal }),
            signal: stopping.signal,
          }),
        );
      },
    });
  },
});
