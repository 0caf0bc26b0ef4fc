import {
  API_VERSION,
  KUBERNETES_ID,
} from '@app-network/backstage-plugin-app-network-common';
import type { Entity } from '@backstage/catalog-model';
import { stringify } from 'yaml';

/** The other annotation by which objects are found; an AppNetwork with the label {@link KUBERNETES_ID} is found in any case. */
export const KUBERNETES_LABEL_SELECTOR =
  'backstage.io/kubernetes-label-selector';
const KUBERNETES_NAMESPACE = 'backstage.io/kubernetes-namespace';

/** What ties an entity to its AppNetworks, as the backend reads it from the entity's annotations. */
export interface EntityLink {
  /** Value of the label {@link KUBERNETES_ID}. */
  id: string;
  /** Label selector that finds further ones. */
  selector?: string;
  /** The one namespace that is looked at; absent: all. */
  namespace?: string;
  /** Whether the entity says any of it; else its name is the id. */
  isAnnotated: boolean;
}

/** How AppNetworks are found for an entity. */
export function entityLink(entity: Entity): EntityLink {
  const annotations = entity.metadata.annotations ?? {};
  const id = annotations[KUBERNETES_ID];
  const selector = annotations[KUBERNETES_LABEL_SELECTOR] || undefined;
  return {
    id: id || entity.metadata.name,
    selector,
    namespace: annotations[KUBERNETES_NAMESPACE] || undefined,
    isAnnotated: Boolean(id || selector),
  };
}

/** An AppNetwork for an entity, as YAML that can be applied as it stands. */
export function exampleAppNetwork(entity: Entity, link: EntityLink): string {
  const { name } = entity.metadata;
  return stringify({
    apiVersion: API_VERSION,
    kind: 'AppNetwork',
    metadata: {
      name,
      namespace: link.namespace ?? 'default',
      labels: { [KUBERNETES_ID]: link.id },
    },
    spec: { selector: { matchLabels: { app: name } } },
  });
}
