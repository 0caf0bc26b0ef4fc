import { isDeepStrictEqual } from 'node:util';
import {
  KUBERNETES_ID,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  type AppliedObject,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { ConflictError, InputError } from '@backstage/errors';
import { apiGroup, describe, objectRef } from '../engine/objects';
import type { KubernetesClient } from '../engine/types';
import { reservedFor } from '../platform/components/platformNamespaces';
import { PORTAL_FIELD_MANAGER } from './fieldManager';
import { podSecurityViolations } from './podSecurity';

/** Manifests as a user sent them. */
export interface Workload {
  namespace?: string;
  manifests: KubernetesObject[];
}

/** What a workload may consist of, in the order in which it is applied. */
const KINDS: Record<string, string> = {
  Namespace: 'v1',
  ServiceAccount: 'v1',
  ConfigMap: 'v1',
  Service: 'v1',
  Deployment: 'apps/v1',
};

/**
 * Checks a workload's manifests before anything is written, and brings them into the order in which they are applied.
 *
 * @param platformNamespaces - namespaces of the network platform, where no workload may be
 * @throws InputError naming each manifest that is refused, and why
 */
export function planWorkload(
  workload: Workload,
  platformNamespaces: string[],
): KubernetesObject[] {
  const refusals: string[] = [];
  const objects = workload.manifests.map((manifest, index) => {
    const refusal = refusalOf(manifest, workload.namespace, platformNamespaces);
    if (refusal) {
      refusals.push(
        `manifests[${index}], ${describeManifest(manifest)}: ${refusal}`,
      );
    }
    return inNamespace(manifest, workload.namespace);
  });
  if (refusals.length > 0) {
    throw new InputError(refusals.join('; '));
  }
  const order = Object.keys(KINDS);
  return objects.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

/**
 * Applies one object of a planned workload, for the user. What somebody else made is left alone.
 *
 * @throws ConflictError naming the object and whose it is
 */
export async function applyWorkloadObject(
  client: KubernetesClient,
  object: KubernetesObject,
  options: { dryRun?: boolean },
): Promise<AppliedObject> {
  const ref = objectRef(object);
  const existing = await client.get(ref);
  if (existing && object.kind === 'Namespace') {
    return { ref, action: 'Used' };
  }
  if (existing) {
    refuseOthers(existing, object);
  }
  const applied = await client.apply(object, {
    fieldManager: PORTAL_FIELD_MANAGER,
    dryRun: options.dryRun,
  });
  if (!existing) {
    return { ref, action: 'Created' };
  }
  const unchanged = isDeepStrictEqual(content(applied), content(existing));
  return { ref, action: unchanged ? 'Unchanged' : 'Changed' };
}

/** Without what every write touches; a dry run is told apart by it as well. */
function content({ metadata, ...object }: KubernetesObject): object {
  const { managedFields, resourceVersion, ...rest } = metadata;
  return { ...object, metadata: rest };
}

function refusalOf(
  manifest: KubernetesObject,
  namespace: string | undefined,
  platformNamespaces: string[],
): string | undefined {
  const { apiVersion, kind, metadata } = manifest;
  const expected = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (expected === undefined || apiGroup(apiVersion) !== apiGroup(expected)) {
    return `a workload may not contain the kind ${kind} of ${apiVersion}, only ${Object.keys(
      KINDS,
    ).join(', ')}`;
  }
  if (apiVersion !== expected) {
    return `apiVersion is ‘${apiVersion}’, expected ‘${expected}’`;
  }
  const target = kind === 'Namespace' ? metadata.name : metadata.namespace;
  if (kind === 'Namespace' && metadata.namespace) {
    return 'metadata.namespace is set, but a Namespace is in no namespace';
  }
  if (!target && !namespace) {
    return 'metadata.namespace is missing, and the request names no namespace';
  }
  if (target && namespace && target !== namespace) {
    return `it is for namespace ‘${target}’, but the request is for namespace ‘${namespace}’`;
  }
  const where = target ?? namespace ?? '';
  const owner = reservedFor(where, platformNamespaces);
  if (owner) {
    return `namespace ‘${where}’ belongs to ${owner}; choose another`;
  }
  if (metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY) {
    return `metadata.labels[${MANAGED_BY_LABEL}] is ‘${MANAGED_BY}’, which marks what App Network makes itself; choose another`;
  }
  const violations = podSecurityViolations(manifest);
  if (kind === 'Deployment' && violations.length > 0) {
    return `${violations.join(
      ', ',
    )}, which gives its pods the node; leave it out (Pod Security Standards, Baseline)`;
  }
  return undefined;
}

function inNamespace(
  object: KubernetesObject,
  namespace: string | undefined,
): KubernetesObject {
  if (object.kind === 'Namespace' || object.metadata.namespace || !namespace) {
    return object;
  }
  return { ...object, metadata: { ...object.metadata, namespace } };
}

/**
 * Server-side apply refuses fields that another manager has set otherwise; this refuses the whole object, because to share somebody else's
 * Deployment is not what a template is asked for.
 */
function refuseOthers(
  existing: KubernetesObject,
  object: KubernetesObject,
): void {
  const managers = (existing.metadata.managedFields ?? [])
    .filter(({ subresource }) => !subresource)
    .map(({ manager }) => manager);
  // Of an object that says no more than its name, the API server notes no manager at all.
  if (managers.length > 0 && !managers.includes(PORTAL_FIELD_MANAGER)) {
    throw new ConflictError(
      `${describe(objectRef(object))} exists and was made by ${managers.join(
        ', ',
      )}; choose another name or namespace`,
    );
  }
  const [owner, wanted] = [existing, object].map(
    ({ metadata }) => metadata.labels?.[KUBERNETES_ID],
  );
  if (owner && owner !== wanted) {
    throw new ConflictError(
      `${describe(
        objectRef(object),
      )} exists and belongs to the entity ‘${owner}’ (label ${KUBERNETES_ID}), not to ‘${
        wanted ?? ''
      }’; choose another name or namespace`,
    );
  }
}

function describeManifest({ kind, metadata }: KubernetesObject): string {
  return describe({ kind, namespace: metadata.namespace, name: metadata.name });
}
