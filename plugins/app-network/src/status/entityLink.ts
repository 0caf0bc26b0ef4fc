import {
  API_VERSION,
  KUBERNETES_ID,
} from '@app-network/backstage-plugin-app-network-common';
import type { Entity } from '@backstage/catalog-model';
import { stringify } from 'yaml';

/** Annotation with a label selector, the other way in which the Kubernetes plugin ties objects to an entity. */
export const KUBERNETES_LABEL_SELECTOR =
  'backstage.io/kubernetes-label-selector';
const KUBERNETES_NAMESPACE = 'backstage.io/kubernetes-namespace';

/** What ties an entity to its AppNetworks: labels that they carry. */
export interface EntityLink {
  /** The annotation of the entity that says so; absent where it says nothing and its name is taken. */
  annotation?: string;
  /** The labels that an AppNetwork of the entity has. */
  labels: Record<string, string>;
}

/** How AppNetworks are found for an entity, as the backend does it. */
export function entityLink(entity: Entity): EntityLink {
  const annotations = entity.metadata.annotations ?? {};
  const selector = annotations[KUBERNETES_LABEL_SELECTOR];
  if (selector) {
    return {
      annotation: KUBERNETES_LABEL_SELECTOR,
      labels: equalities(selector),
    };
  }
  const id = annotations[KUBERNETES_ID];
  return {
    annotation: id ? KUBERNETES_ID : undefined,
    labels: { [KUBERNETES_ID]: id || entity.metadata.name },
  };
}

/** An AppNetwork for an entity, as YAML that can be applied as it stands. */
export function exampleAppNetwork(entity: Entity, link: EntityLink): string {
  const { name, annotations } = entity.metadata;
  return stringify({
    apiVersion: API_VERSION,
    kind: 'AppNetwork',
    metadata: {
      name,
      namespace: annotations?.[KUBERNETES_NAMESPACE] ?? 'default',
      labels: link.labels,
    },
    spec: { selector: { matchLabels: { app: name } } },
  });
}

/** The `key=value` parts of a label selector; an example can carry those, not the set-based ones. */
function equalities(selector: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const part of selector.split(/,(?![^(]*\))/)) {
    const match = /^\s*([^\s=!()]+)\s*==?\s*([^\s()]+)\s*$/.exec(part);
    if (match) {
      labels[match[1]] = match[2];
    }
  }
  return labels;
}
