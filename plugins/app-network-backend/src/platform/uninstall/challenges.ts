import type { LoggerService } from '@backstage/backend-plugin-api';
import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { isDeleting, removeFinalizer } from '../../engine/finalizer';
import { describe, objectRef } from '../../engine/objects';
import type { KubernetesClient } from '../../engine/types';

/** Of Challenges, now and formerly (cert-manager, pkg/apis/acme/v1/const.go). */
const FINALIZERS = [
  'acme.cert-manager.io/finalizer',
  'finalizer.acme.cert-manager.io',
];

/**
 * Lets go of Challenges that are on their end and that cert-manager, which is gone, was to clean up after: otherwise they would keep their
 * kind, and the namespaces that they are in, for ever.
 */
export async function releaseChallenges(
  client: KubernetesClient,
  challenges: readonly KubernetesObject[],
  logger: LoggerService,
): Promise<string[]> {
  for (const challenge of challenges.filter(isDeleting)) {
    for (const finalizer of FINALIZERS) {
      await removeFinalizer(client, challenge, finalizer);
    }
    logger.warn(
      `${describe(
        objectRef(challenge),
      )} ended without cert-manager: what that had put up for an ACME server to see, such as a record in DNS, may be left.`,
    );
  }
  return [];
}
