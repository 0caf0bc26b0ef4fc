import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  withDefaults,
  type KubernetesObject,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import { isKubernetesError } from '../../engine/errors';
import { describe, objectRef } from '../../engine/objects';
import type { KubernetesClient } from '../../engine/types';
import type { ClusterFacts } from '../clusterFacts';
import { platformReleases } from '../components/platformReleases';
import { PLATFORM_LABEL } from '../installedReleases';
import { releaseChallenges } from './challenges';
import { definitionsOf, type Definition } from './definitions';
import { hasOwnCertManager, leftovers } from './leftovers';
import { isOccupant, OCCUPYING_KINDS } from './occupants';

const DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
};

/**
 * Removes what is left of a platform when its releases and its own objects are gone: what the components wrote themselves, their kinds where
 * that is asked for, and the namespaces that the platform made, unless somebody else has something in them.
 *
 * @param challenges - all Challenges of cert-manager
 * @returns what is still on its way, for a person; empty when nothing is
 */
export async function removeRest(
  client: KubernetesClient,
  platform: NetworkPlatform,
  facts: ClusterFacts,
  challenges: readonly KubernetesObject[],
  logger: LoggerService,
): Promise<string[]> {
  const orphans = hasOwnCertManager(platform, facts) ? challenges : [];
  const steps = [
    () => releaseChallenges(client, orphans, logger),
    () => removeLeftovers(client, platform, facts),
    () => removeDefinitions(client, platform),
    () => removeNamespaces(client, platform, logger),
  ];
  const left: string[] = [];
  for (const step of steps) {
    try {
      left.push(...(await step()));
    } catch (error) {
      // A deletion ends, even if the portal may not do all of it.
      if (!isKubernetesError(error) || !error.forbidden) {
        throw error;
      }
      logger.warn(
        `Something is left of the platform that was removed: ${error.message}`,
      );
    }
  }
  return left;
}

async function removeLeftovers(
  client: KubernetesClient,
  platform: NetworkPlatform,
  facts: ClusterFacts,
): Promise<string[]> {
  for (const ref of await leftovers(client, platform, facts)) {
    await client.delete(ref);
  }
  return [];
}

async function removeDefinitions(
  client: KubernetesClient,
  platform: NetworkPlatform,
): Promise<string[]> {
  const { uninstall } = withDefaults(platform).spec ?? {};
  if (uninstall?.customResourceDefinitions !== 'Delete') {
    return [];
  }
  const definitions = definitionsOf(
    await client.list<Definition>(DEFINITION),
    new Map(
      platformReleases(platform).map(({ release, namespace }) => [
        release,
        namespace,
      ]),
    ),
  );
  return remove(client, definitions);
}

async function removeNamespaces(
  client: KubernetesClient,
  { metadata }: NetworkPlatform,
  logger: LoggerService,
): Promise<string[]> {
  const ours = await client.list<KubernetesObject>(
    { apiVersion: 'v1', kind: 'Namespace' },
    { labelSelector: `${PLATFORM_LABEL}=${metadata.name}` },
  );
  const empty: KubernetesObject[] = [];
  for (const namespace of ours) {
    const occupant = await findOccupant(client, namespace.metadata.name);
    if (occupant) {
      logger.info(
        `Namespace ${
          namespace.metadata.name
        } is kept when the platform goes, because ${describe(
          objectRef(occupant),
        )} is in it`,
      );
    } else {
      empty.push(namespace);
    }
  }
  return remove(client, empty);
}

async function findOccupant(
  client: KubernetesClient,
  namespace: string,
): Promise<KubernetesObject | undefined> {
  for (const kind of OCCUPYING_KINDS) {
    const objects = await client.list<KubernetesObject>(kind, { namespace });
    const occupant = objects.find(isOccupant);
    if (occupant) {
      return occupant;
    }
  }
  return undefined;
}

/** Deletes objects, and tells of those that aren't gone yet. */
async function remove(
  client: KubernetesClient,
  objects: readonly KubernetesObject[],
): Promise<string[]> {
  const refs = objects.map(objectRef);
  for (const [index, ref] of refs.entries()) {
    if (!objects[index]?.metadata.deletionTimestamp) {
      await client.delete(ref);
    }
  }
  return refs.map(describe);
}
