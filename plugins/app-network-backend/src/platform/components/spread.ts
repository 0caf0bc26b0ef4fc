import type { JsonObject } from '@backstage/types';

/**
 * Keeps the pods of a release on different nodes where there are as many; with fewer nodes they share (Kubernetes, preferred
 * anti-affinity).
 *
 * @param value - of the label `label`, which all pods of the release have and no others
 */
export function spreadOverNodes(
  value: string,
  label = 'app.kubernetes.io/instance',
): JsonObject {
  return {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 100,
          podAffinityTerm: {
            topologyKey: 'kubernetes.io/hostname',
            labelSelector: { matchLabels: { [label]: value } },
          },
        },
      ],
    },
  };
}
