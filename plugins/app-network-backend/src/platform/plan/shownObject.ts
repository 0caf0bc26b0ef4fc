import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { createTwoFilesPatch } from 'diff';
import { dump } from 'js-yaml';
import { equalValues, type Fields } from './equalValues';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** An object without what the API server and others note of its life: what a person would write. */
export function withoutLife(object: KubernetesObject): KubernetesObject {
  const { status: _, ...rest } = object as KubernetesObject & {
    status?: unknown;
  };
  const {
    managedFields,
    resourceVersion,
    uid,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    generation,
    annotations,
    ...metadata
  } = object.metadata as KubernetesObject['metadata'] & Fields;
  const { [LAST_APPLIED]: __, ...shown } = annotations ?? {};
  return {
    ...rest,
    metadata: {
      ...metadata,
      ...(Object.keys(shown).length > 0 ? { annotations: shown } : {}),
    } as KubernetesObject['metadata'],
  };
}

/** An object as YAML. */
export function toYaml(object: KubernetesObject): string {
  return dump(object, { lineWidth: -1, noRefs: true });
}

/** What is different, as a unified diff. */
export function unifiedDiff(before: string, after: string): string {
  return createTwoFilesPatch('before', 'after', before, after, '', '', {
    context: 3,
  }).replace(/^=+\n/, '');
}

const HIDDEN = '(hidden)';
const HIDDEN_CHANGED = '(hidden, changed)';

/** A Secret before and after without what it keeps; other objects as they are. */
export function withoutSecrets(
  before: KubernetesObject | undefined,
  after: KubernetesObject | undefined,
): [KubernetesObject | undefined, KubernetesObject | undefined] {
  if ((before ?? after)?.kind !== 'Secret') {
    return [before, after];
  }
  const [old, now] = [before, after].map(secret => secret && kept(secret));
  const hide = (
    secret: KubernetesObject,
    isChanged: (key: string) => boolean,
  ) => ({
    ...withoutKept(secret),
    data: Object.fromEntries(
      Object.keys(kept(secret))
        .sort()
        .map(key => [key, isChanged(key) ? HIDDEN_CHANGED : HIDDEN]),
    ),
  });
  return [
    before && hide(before, () => false),
    after &&
      hide(after, key => Boolean(old) && !equalValues(old?.[key], now?.[key])),
  ];
}

/** What a Secret keeps, base64-encoded. */
function kept(secret: KubernetesObject): Record<string, string> {
  const { data = {}, stringData = {} } = secret as KubernetesObject & {
    data?: Record<string, string>;
    stringData?: Record<string, string>;
  };
  return {
    ...data,
    ...Object.fromEntries(
      Object.entries(stringData).map(([key, value]) => [
        key,
        Buffer.from(value).toString('base64'),
      ]),
    ),
  };
}

function withoutKept(secret: KubernetesObject): KubernetesObject {
  const { data, stringData, ...rest } = secret as KubernetesObject & Fields;
  return rest as KubernetesObject;
}
