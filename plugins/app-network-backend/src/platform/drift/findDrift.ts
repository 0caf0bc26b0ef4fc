import type {
  KubernetesObject,
  ManagedFieldsEntry,
} from '@app-network/backstage-plugin-app-network-common';

/** A field that is otherwise than it was made. */
export interface Difference {
  /** Path of the field, such as `spec.template.spec.containers[discovery].image`. */
  field: string;
  found: unknown;
  wanted: unknown;
}

/**
 * The first field of an object that somebody else has changed since Helm wrote it.
 *
 * A value that differs is not enough: the API server writes defaults and the same value in another form (`1000m`, `1`). So it counts only
 * where Helm is no longer the field's owner, as `metadata.managedFields` tells (Kubernetes, Server-Side Apply, "Field management").
 */
export function findDrift(
  made: KubernetesObject,
  live: KubernetesObject,
): Difference | undefined {
  const { apiVersion, kind, metadata, ...fields } = made;
  const { labels, annotations } = metadata;
  const owned = (live.metadata.managedFields ?? [])
    .filter(entry => entry.manager === HELM || isOfAutoscaler(entry))
    .map(({ fieldsV1 }) => fieldsV1 ?? {});
  return compare(
    { ...fields, metadata: { labels, annotations } },
    live,
    owned,
    [],
    WRITTEN_BY_CONTROLLERS[kind] ?? [],
  );
}

/** Field manager of the helm command (helm.sh/helm/v4/cmd/helm). Others that work with Helm, such as Flux's helm-controller, have another. */
const HELM = 'helm';

/** Whether these are the replicas that a HorizontalPodAutoscaler has set, as it should; kubectl scale has a manager of its own. */
function isOfAutoscaler({ manager, subresource }: ManagedFieldsEntry): boolean {
  return manager === 'kube-controller-manager' && subresource === 'scale';
}

/**
 * Fields that controllers write into what a chart brought, as they should: istiod and cert-manager's cainjector keep the CA in webhook
 * configurations, and istiod makes its own strict once it can answer (istio.io/istio/pkg/webhooks).
 */
const WRITTEN_BY_CONTROLLERS: Record<string, string[] | undefined> = {
  MutatingWebhookConfiguration: ['caBundle', 'failurePolicy'],
  ValidatingWebhookConfiguration: ['caBundle', 'failurePolicy'],
};

type Fields = Record<string, unknown>;

function compare(
  wanted: unknown,
  found: unknown,
  owned: Fields[],
  path: string[],
  left: string[],
): Difference | undefined {
  if (isNothing(wanted) && isNothing(found)) {
    return undefined;
  }
  if (Array.isArray(wanted) && Array.isArray(found) && isKeyed(wanted)) {
    for (const item of wanted) {
      const name = String(item.name);
      const difference = compare(
        item,
        found.find(other => isFields(other) && other.name === item.name),
        owned.flatMap(fields => itemOwnership(fields, item)),
        [...path.slice(0, -1), `${path.at(-1)}[${name}]`],
        left,
      );
      if (difference) {
        return difference;
      }
    }
    return undefined;
  }
  if (isFields(wanted) && isFields(found)) {
    for (const [field, value] of Object.entries(wanted)) {
      if (value === undefined || value === null || left.includes(field)) {
        continue;
      }
      const difference = compare(
        value,
        found[field],
        owned.map(fields => fields[`f:${field}`]).filter(isFields),
        [...path, field],
        left,
      );
      if (difference) {
        return difference;
      }
    }
    return undefined;
  }
  return JSON.stringify(wanted) === JSON.stringify(found) || owned.length > 0
    ? undefined
    : { field: path.join('.'), found, wanted };
}

/** Lists that Kubernetes merges by the name of their items, such as containers. */
function isKeyed(list: unknown[]): list is (Fields & { name: unknown })[] {
  return (
    list.length > 0 && list.every(item => isFields(item) && 'name' in item)
  );
}

/** What of an item is owned: under its key, or with the whole list, where that has no keys. */
function itemOwnership(owned: Fields, item: Fields): Fields[] {
  const keys = Object.keys(owned).filter(part => part.startsWith('k:'));
  if (keys.length === 0) {
    return [owned];
  }
  return keys
    .filter(part =>
      Object.entries(JSON.parse(part.slice(2)) as Fields).every(
        ([key, value]) => !(key in item) || item[key] === value,
      ),
    )
    .map(part => owned[part])
    .filter(isFields);
}

/** What the API server drops, or never keeps. */
function isNothing(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === '' ||
    value === false ||
    value === 0 ||
    (typeof value === 'object' && Object.keys(value).length === 0)
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
