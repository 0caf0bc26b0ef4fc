import { setTimeout } from 'node:timers/promises';
import {
  MANAGED_BY,
  MANAGED_BY_LABEL,
  type Condition,
  type CustomResourceDefinition,
} from '@app-network/backstage-plugin-app-network-common';
import { findDifference } from './difference';
import { isKubernetesError, type KubernetesError } from './errors';
import { objectRef } from './objects';
import type { KubernetesClient } from './types';

/**
 * Installs and upgrades CustomResourceDefinitions by server-side apply, and waits until they are served. Where that is not allowed,
 * those that are there are used.
 *
 * @returns what is not as it should be, and what to do, for people; empty when all is well
 */
export async function installCustomResourceDefinitions(
  client: KubernetesClient,
  definitions: readonly CustomResourceDefinition[],
  signal: AbortSignal,
): Promise<string[]> {
  const problems = await Promise.all(
    definitions.map(definition => install(client, definition, signal)),
  );
  return problems.filter(problem => problem !== undefined);
}

type LiveDefinition = CustomResourceDefinition & {
  status?: { conditions?: Condition[] };
};

async function install(
  client: KubernetesClient,
  definition: CustomResourceDefinition,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { name } = definition.metadata;
  let verb = 'get';
  let live: LiveDefinition | undefined;
  try {
    live = await client.get<LiveDefinition>(objectRef(definition));
    if (!live || findDifference(definition, live) !== undefined) {
      verb = live ? 'patch' : 'create and patch';
      live = await client.apply<LiveDefinition>(definition, {
        // One that came by other means, such as GitOps, is upgraded by those.
        force: live?.metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY,
      });
    }
    return await waitEstablished(client, live, signal);
  } catch (error) {
    if (!isKubernetesError(error)) {
      throw error;
    }
    return explain(name, verb, live, error);
  }
}

/** How long the API server may take to serve a new definition, in milliseconds; it takes well under a second. */
const ESTABLISHED_TIMEOUT_MS = 30_000;

async function waitEstablished(
  client: KubernetesClient,
  definition: LiveDefinition,
  signal: AbortSignal,
): Promise<string | undefined> {
  const deadline = Date.now() + ESTABLISHED_TIMEOUT_MS;
  let live: LiveDefinition | undefined = definition;
  while (!isEstablished(live)) {
    if (signal.aborted || Date.now() > deadline) {
      return `CustomResourceDefinition ${
        definition.metadata.name
      } is not served yet: ${notEstablished(live)}`;
    }
    await setTimeout(100);
    live = await client.get<LiveDefinition>(objectRef(definition));
  }
  return undefined;
}

function isEstablished(definition: LiveDefinition | undefined): boolean {
  return Boolean(
    definition?.status?.conditions?.some(
      ({ type, status }) => type === 'Established' && status === 'True',
    ),
  );
}

function notEstablished(definition: LiveDefinition | undefined): string {
  const refused = definition?.status?.conditions?.find(
    ({ status }) => status === 'False',
  );
  return refused?.message ?? 'the API server has not accepted its names yet';
}

function explain(
  name: string,
  verb: string,
  live: LiveDefinition | undefined,
  error: KubernetesError,
): string {
  if (error.forbidden) {
    const state = live
      ? `is older or newer than this version needs, and is used as it is`
      : `could not be installed`;
    return `CustomResourceDefinition ${name} ${state}: ${error.status.message}. Allow ${verb} of customresourcedefinitions in apiextensions.k8s.io by a ClusterRole, or install it yourself`;
  }
  if (error.conflict && live) {
    return `CustomResourceDefinition ${name} is kept by somebody else and differs from what this version needs: ${error.status.message}. Upgrade it there`;
  }
  return error.message;
}
