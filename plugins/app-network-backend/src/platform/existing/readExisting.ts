import type { PlatformInformers } from '../informers';
import type { InstalledRelease } from '../installedReleases';
import { existingComponents, type ExistingComponents } from './existing';

interface ReleaseKey {
  namespace: string;
  release: string;
}

/**
 * What is there and not the platform's own, as the caches have it.
 *
 * @param releases - Helm releases that are the platform's: those that it has installed, and those that it is about to
 * @param zone - the zone in which records are to be made; undefined where none are
 */
export function readExisting(
  { existing }: PlatformInformers,
  releases: {
    installed: readonly InstalledRelease[];
    desired: readonly ReleaseKey[];
  },
  zone: string | undefined,
): ExistingComponents {
  const { installed, desired } = releases;
  const foreign = installed.filter(({ ours }) => !ours);
  const ours = [...installed.filter(other => other.ours), ...desired];
  return existingComponents(
    {
      certManager: existing.certManager.list(),
      istio: existing.istio.list(),
      ingressGateway: existing.ingressGateway.list(),
      externalDNS: existing.externalDNS.list(),
    },
    // A release that is just being installed may be in one cache and not yet in the other.
    (namespace, release) =>
      isIn(ours, namespace, release) && !isIn(foreign, namespace, release),
    zone,
  );
}

function isIn(
  releases: readonly ReleaseKey[],
  namespace: string,
  release: string,
): boolean {
  return releases.some(
    other => other.namespace === namespace && other.release === release,
  );
}
