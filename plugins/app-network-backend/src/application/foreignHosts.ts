import {
  MANAGED_BY,
  MANAGED_BY_LABEL,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { Informer, KindRef } from '../engine/types';
import { INGRESS_GATEWAY } from '../platform/components/istio';
import type { PlatformFacts } from '../platform/facts';
import { HTTP_PORT, HTTPS_PORT } from './render/gateway';
import { isCertified, wildcardOf } from './render/hostnames';
import { GATEWAY } from './render/kinds';
import { isSubset } from './render/selector';

/** Selects what this project has not made. */
export const FOREIGN_SELECTOR = `${MANAGED_BY_LABEL}!=${MANAGED_BY}`;

/** Kinds of which somebody else's objects may ask an Istio ingress gateway for a hostname. */
export const FOREIGN_KINDS = [
  GATEWAY,
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
] as const satisfies KindRef[];

/** The part of a Gateway (networking.istio.io/v1) or an Ingress that is read. */
export interface ForeignObject extends KubernetesObject {
  spec?: {
    selector?: Record<string, string>;
    servers?: { port?: { number?: number }; hosts?: string[] }[];
    ingressClassName?: string;
    tls?: { hosts?: string[] }[];
  };
}

/** Gateways and Ingresses that are not this project's, found by their hostnames. */
export type ForeignHosts = readonly Pick<Informer<ForeignObject>, 'index'>[];

/** The class of Ingress that istiod turns into a Gateway (istio.mesh.v1alpha1.MeshConfig, ingressClass), and where it was said of old. */
const INGRESS_CLASS = 'istio';
const INGRESS_CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

/**
 * Hostnames that a Gateway or an Ingress asks an ingress gateway for, at the ports of AppNetworks. Of an Ingress those with a certificate: for
 * plain HTTP istiod makes one server of all of them.
 */
export function hostnamesOf(
  { kind, metadata, spec = {} }: ForeignObject,
  ports: readonly number[] = [HTTP_PORT, HTTPS_PORT],
): string[] {
  if (kind !== GATEWAY.kind) {
    const className =
      spec.ingressClassName ?? metadata.annotations?.[INGRESS_CLASS_ANNOTATION];
    return className === INGRESS_CLASS
      ? (spec.tls ?? []).flatMap(({ hosts = [] }) => hosts)
      : [];
  }
  return (spec.servers ?? [])
    .filter(({ port }) => ports.includes(port?.number ?? HTTPS_PORT))
    .flatMap(({ hosts = [] }) => hosts)
    .map(host => host.slice(host.indexOf('/') + 1).toLowerCase());
}

/** Who else may ask the ingress gateway of AppNetworks for a hostname, the oldest first. */
export function foreignOwners(
  foreign: ForeignHosts,
  hostname: string,
  { ingressGateway }: Pick<PlatformFacts, 'ingressGateway'>,
): ForeignObject[] {
  return foreign
    .flatMap(informer => informer.index(hostnamesOf).get(hostname))
    .filter(
      ({ kind, spec }) =>
        kind !== GATEWAY.kind ||
        maySelect(spec?.selector ?? {}, knownLabels(ingressGateway)),
    )
    .sort((one, other) => createdAt(one).localeCompare(createdAt(other)));
}

/** Hostnames one label below a wildcard that somebody else certainly has the ingress gateway of AppNetworks serve with TLS. */
export function foreignHostnamesBelow(
  foreign: ForeignHosts,
  wildcard: string,
  { ingressGateway }: Pick<PlatformFacts, 'ingressGateway'>,
): string[] {
  return foreign
    .flatMap(informer => informer.index(wildcardsOf).get(wildcard))
    .filter(
      ({ kind, spec }) =>
        kind !== GATEWAY.kind ||
        isSubset(spec?.selector ?? {}, knownLabels(ingressGateway)),
    )
    .flatMap(object => hostnamesOf(object, [HTTPS_PORT]))
    .filter(hostname => isCertified(hostname, wildcard));
}

function wildcardsOf(object: ForeignObject): string[] {
  return [...new Set(hostnamesOf(object).map(wildcardOf))];
}

/** What is known of the labels of the ingress gateway's pods. */
function knownLabels({
  selector,
}: PlatformFacts['ingressGateway']): Record<string, string> {
  return { app: INGRESS_GATEWAY, ...selector };
}

/** Whether a Gateway's selector may select pods of which some labels are known. One without labels selects every gateway (Istio, Gateway). */
function maySelect(
  selector: Record<string, string>,
  labels: Record<string, string>,
): boolean {
  return Object.entries(selector).every(
    ([name, value]) => labels[name] === undefined || labels[name] === value,
  );
}

/** ISO 8601 in UTC, to the second, so that it sorts as text. */
export function createdAt({ metadata }: KubernetesObject): string {
  return metadata.creationTimestamp ?? '';
}
