import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { appNetworkPermissions } from '@app-network/backstage-plugin-app-network-common';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { notificationService } from '@backstage/plugin-notifications-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import { startAppNetworkController } from './application/controller';
import { createClusters } from './clusters/clusters';
import { readClusters } from './clusters/config';
import { watchExpiry } from './expiry/watch';
import { createRouter } from './http/router';
import { observeAppNetwork, observePlatform } from './observe/observe';
import { signalChanges } from './observe/signals';
import { createChartStore } from './platform/charts/chartStore';
import { startPlatformController } from './platform/controller';
import { createHelm } from './platform/helm';
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
        const clusters = createClusters({
          configs: readClusters(config),
          logger,
          onConnected: (cluster, signal) =>
            signalChanges(cluster, { signals, logger }, signal),
          async controllers(cluster, signal) {
            await Promise.all([
              startPlatformController({
                cluster,
                helm,
                charts,
                dnsServers,
                logger,
                signal,
              }).stopped,
              startAppNetworkController({ cluster, dnsServers, logger, signal })
                .stopped,
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
