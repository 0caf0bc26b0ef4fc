import type {
  NetworkPlatform,
  ReleaseValues,
} from '@app-network/backstage-plugin-app-network-common';
import { NotFoundError } from '@backstage/errors';
import type { Cluster } from '../engine/types';
import { readClusterFacts } from './clusterFacts';
import { platformReleases } from './components/platformReleases';
import { withExisting } from './existing/existing';
import { platformInformers } from './informers';
import { readInstalledReleases } from './installedReleases';

/**
 * The values that the chart of a release is given, and where they come from.
 *
 * @throws NotFoundError naming the releases that there are
 */
export async function releaseValues(
  cluster: Cluster,
  platform: NetworkPlatform,
  name: string,
): Promise<ReleaseValues> {
  const informers = platformInformers(cluster);
  const facts = readClusterFacts(informers, platform, {
    installed: await readInstalledReleases(informers.releases.list()),
    desired: platformReleases(platform),
  });
  const releases = platformReleases(
    withExisting(platform, facts.existing),
    facts,
  );
  const found = releases.find(({ release }) => release === name);
  if (!found) {
    throw new NotFoundError(
      `The platform has no Helm release ${name}; it has ${releases
        .map(({ release }) => release)
        .join(', ')}`,
    );
  }
  const { release, chart, version, layers, values } = found;
  return {
    release,
    chart,
    ...(version ? { version } : {}),
    ...layers,
    merged: values,
  };
}
