import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import type {
  IChallenge,
  IOrder,
} from '@kubernetes-models/cert-manager/acme.cert-manager.io/v1';
import type {
  ICertificate,
  ICertificateRequest,
} from '@kubernetes-models/cert-manager/cert-manager.io/v1';
import { describe, objectRef } from '../../engine/objects';
import { MANAGED_BY_SELECTOR } from '../../engine/reconcileOwned';
import type { Informer, Informers } from '../../engine/types';

type CertificateRequest = ICertificateRequest & KubernetesObject;
type Order = IOrder & KubernetesObject;
type Challenge = IChallenge & KubernetesObject;

/** What cert-manager makes on the way from a Certificate to what is in its Secret. */
export interface IssuanceInformers {
  /** Of our Certificates alone: cert-manager passes their labels on. */
  requests: Informer<CertificateRequest>;
  /** Likewise. */
  orders: Informer<Order>;
  /** All, for they carry no labels; there are some only while an ACME server asks for proof. */
  challenges: Informer<Challenge>;
}

export function issuanceInformers(informers: Informers): IssuanceInformers {
  const ours = { labelSelector: MANAGED_BY_SELECTOR };
  return {
    requests: informers.informer(
      { apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest' },
      ours,
    ),
    orders: informers.informer(
      { apiVersion: 'acme.cert-manager.io/v1', kind: 'Order' },
      ours,
    ),
    challenges: informers.informer({
      apiVersion: 'acme.cert-manager.io/v1',
      kind: 'Challenge',
    }),
  };
}

/** The Order that a Challenge belongs to. */
export function orderOf(
  { orders }: IssuanceInformers,
  challenge: KubernetesObject,
): Order | undefined {
  const uids = ownerUids(challenge);
  return orders
    .list(challenge.metadata.namespace)
    .find(({ metadata: { uid } }) => uid !== undefined && uids.includes(uid));
}

/**
 * What keeps a certificate from being issued, from the object deepest down that tells: a Challenge of an ACME server, the Order it is for, or
 * the CertificateRequest; and what to do. Undefined where none of them tells.
 */
export function issuanceCause(
  certificate: KubernetesObject,
  { requests, orders, challenges }: IssuanceInformers,
): string | undefined {
  const request = latest(madeFor(requests, certificate));
  const order = request && latest(madeFor(orders, request));
  const challenge =
    order &&
    madeFor(challenges, order).find(
      ({ status }) => status?.state !== 'valid' && status?.reason,
    );
  if (challenge) {
    return challengeCause(challenge);
  }
  if (order?.status?.reason) {
    return `${describe(objectRef(order))}: ${sentence(order.status.reason)}`;
  }
  const refused = request?.status?.conditions?.find(
    ({ type, status, reason }) =>
      (type === 'Ready' && status === 'False') ||
      (type === 'Denied' && status === 'True' && reason),
  );
  return request && refused?.message
    ? `${describe(objectRef(request))}: ${sentence(refused.message)}`
    : undefined;
}

/**
 * What is served while a Certificate is not ready, as a sentence after a space: its Secret keeps the one before until the new one is there.
 * Empty where that one has expired, or there was none.
 */
export function servedMeanwhile(
  { status }: KubernetesObject & Pick<ICertificate, 'status'>,
  now: Date,
): string {
  return status?.notAfter && Date.parse(status.notAfter) > now.getTime()
    ? ` Until then the one before is served, which is valid until ${status.notAfter}.`
    : '';
}

function challengeCause(challenge: Challenge): string {
  const { type, dnsName } = challenge.spec ?? {};
  const state = challenge.status?.state;
  return `${describe(objectRef(challenge))} (${type} of ${dnsName}${
    state ? `, ${state}` : ''
  }): ${sentence(challenge.status?.reason ?? '')} ${
    type === 'DNS-01'
      ? `The ACME server reads the TXT record _acme-challenge.${dnsName}, which cert-manager writes: see whether spec.certificates.acme.solvers has the right zone and credentials, and whether the zone's name servers answer the outside.`
      : `The ACME server calls http://${dnsName}/.well-known/acme-challenge/: see whether the name leads to the ingress that the solver in spec.certificates.acme.solvers uses, and whether port 80 is open to the outside.`
  }`;
}

function madeFor<T extends KubernetesObject>(
  objects: Informer<T>,
  { metadata: { uid } }: KubernetesObject,
): T[] {
  return uid === undefined ? [] : objects.index(ownerUids).get(uid);
}

function ownerUids({ metadata }: KubernetesObject): string[] {
  const { ownerReferences = [] } = metadata as {
    ownerReferences?: { uid: string }[];
  };
  return ownerReferences.map(({ uid }) => uid);
}

function latest<T extends KubernetesObject>(
  objects: readonly T[],
): T | undefined {
  const time = ({ metadata }: T) => metadata.creationTimestamp ?? '';
  return [...objects].sort((one, other) =>
    time(one) < time(other) ? 1 : -1,
  )[0];
}

/** A message of cert-manager's as a sentence on one line; ACME servers' errors have a line for each of their parts. */
export function sentence(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
