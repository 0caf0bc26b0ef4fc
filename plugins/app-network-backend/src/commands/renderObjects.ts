import {
  ownerLabelValue,
  type AppNetwork,
  type KubernetesObject,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import { readInput } from '../application/readInput';
import { render } from '../application/render/render';
import { describe, objectRef } from '../engine/objects';
import { withOwner } from '../engine/reconcileOwned';
import { platformFacts } from '../platform/facts';
import { snapshot } from './snapshot';

/** What one AppNetwork becomes. */
export interface RenderedAppNetwork {
  appNetwork: AppNetwork;
  /** As the reconciler applies them. */
  objects: KubernetesObject[];
  /** What could not be rendered as asked, for people. */
  problems: string[];
}

/**
 * What AppNetworks become, by the reconciler's own path.
 *
 * @param objects - what is around them: the NetworkPlatform, other AppNetworks, Services, workloads, Secrets and Certificates
 */
export async function renderObjects(
  appNetworks: readonly AppNetwork[],
  platform: NetworkPlatform,
  objects: readonly KubernetesObject[],
): Promise<RenderedAppNetwork[]> {
  const facts = platformFacts(platform);
  const { client, caches } = snapshot(objects);
  return Promise.all(
    appNetworks.map(async appNetwork => {
      const input = await readInput(client, caches, appNetwork, facts);
      const rendered = render(appNetwork, facts, input);
      const owner = ownerLabelValue(appNetwork.metadata);
      return {
        appNetwork,
        objects: rendered.objects.map(object => withOwner(object, owner)),
        problems: rendered.problems.map(
          ({ condition, reason, message }) =>
            `${describe(
              objectRef(appNetwork),
            )}, ${condition} ${reason}: ${message}`,
        ),
      };
    }),
  );
}
