import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { describe, isManaged, objectRef } from '../engine/objects';
import type { PlatformFacts } from '../platform/facts';
import { assemble } from './assemble';
import { importHttpRoute } from './httpRoute';
import { importIngress } from './ingress';
import {
  HTTP_ROUTE,
  INGRESS,
  isOfKind,
  VIRTUAL_SERVICE,
  type GroupKind,
} from './lookup';
import type {
  ImportContext,
  ImportedHost,
  ImportResult,
  NotKept,
} from './types';
import { importVirtualService } from './virtualService';

/** Kinds that become AppNetworks, in whatever version. */
const SOURCES: {
  kind: GroupKind;
  read: (context: ImportContext, object: KubernetesObject) => ImportedHost[];
}[] = [
  { kind: INGRESS, read: importIngress },
  { kind: VIRTUAL_SERVICE, read: importVirtualService },
  { kind: HTTP_ROUTE, read: importHttpRoute },
];

/**
 * Makes AppNetworks of Ingresses, of Istio's VirtualServices with their Gateways and DestinationRules, and of HTTPRoutes. What this project
 * has made itself is left out. Pure.
 *
 * @param objects - those, and what is around them: Services, Secrets, Certificates and Gateways. What is not among them is not known.
 * @param facts - the platform that the AppNetworks are for, where it is known
 */
export function importNetworks(
  objects: readonly KubernetesObject[],
  facts?: PlatformFacts,
): ImportResult {
  const notKept = new Map<string, NotKept>();
  const context: ImportContext = {
    objects: objects.filter(object => !isManaged(object)),
    facts,
    note(object, field, value, reason) {
      const entry = {
        object: describe(objectRef(object)),
        field,
        value,
        reason,
      };
      notKept.set(JSON.stringify(entry), entry);
    },
  };
  const hosts = context.objects.flatMap(
    object =>
      SOURCES.find(({ kind }) => isOfKind(object, kind))?.read(
        context,
        object,
      ) ?? [],
  );
  return {
    appNetworks: assemble(context, hosts),
    notKept: [...notKept.values()],
  };
}

/** Whether an object is of a kind that becomes an AppNetwork. */
export function isSource(object: KubernetesObject): boolean {
  return SOURCES.some(({ kind }) => isOfKind(object, kind));
}
