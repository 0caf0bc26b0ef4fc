import type { ClusterSummary } from '@app-network/backstage-plugin-app-network-common';
import { clusterHealth, platformHealth, type Health } from './health';

/** Whether an application can be put on a cluster. */
export interface TargetHealth {
  health: Health;
  /** False where it could only fail. A platform that is still being installed will serve it once it is ready. */
  isUsable: boolean;
}

/** How a cluster is as the target of a new application. */
export function targetHealth(cluster: ClusterSummary): TargetHealth {
  const connection = clusterHealth(cluster);
  if (cluster.state === 'Unreachable' || cluster.state === 'Connecting') {
    return { health: connection, isUsable: false };
  }
  if (!cluster.platform) {
    return {
      health: {
        level: 'problem',
        label: 'No NetworkPlatform',
        message: 'See the Network platform page for what to apply to it.',
      },
      isUsable: false,
    };
  }
  const platform = platformHealth(cluster.platform);
  if (platform.level === 'ready') {
    return {
      health:
        connection.level === 'ready'
          ? { level: 'ready', label: 'Ready' }
          : connection,
      isUsable: true,
    };
  }
  return {
    health: { ...platform, label: `Platform ${platform.label.toLowerCase()}` },
    isUsable: true,
  };
}
