import { X509Certificate } from 'node:crypto';
import {
  NETWORK_PLATFORM_NAME,
  ownerLabelValue,
  type AppNetwork,
  type KubernetesObject,
  type NetworkPlatform,
  type Validity,
} from '@app-network/backstage-plugin-app-network-common';
import type { ICertificate } from '@kubernetes-models/cert-manager/cert-manager.io/v1';
import { MANAGED_BY_SELECTOR } from '../engine/reconcileOwned';
import { describe, objectRef } from '../engine/objects';
import type { Cluster } from '../engine/types';
import { APP_NETWORK, NETWORK_PLATFORM } from '../kinds';
import { readGivenCa } from '../platform/certificates/certificateAuthority';
import {
  issuanceCause,
  issuanceInformers,
} from '../platform/certificates/issuance';
import { platformFacts } from '../platform/facts';

/** A certificate whose end is watched. */
export interface WatchedCertificate extends Validity {
  /** The AppNetwork or NetworkPlatform that it is for. */
  owner: AppNetwork | NetworkPlatform;
  /** Tells it from the others of its owner: the name of its Secret. */
  name: string;
  /** What it is, for people. */
  title: string;
  /** Why it is not renewed, and what to do. */
  advice: string;
}

type Certificate = ICertificate & KubernetesObject;
type Secret = KubernetesObject & { data?: Record<string, string> };

/**
 * Follows what a cluster serves, and gives what there is of it: the certificates of AppNetworks, the CA, and those of system
 * components. Undefined while that is not known yet.
 */
export function watchedCertificates(
  cluster: Cluster,
): (now: Date) => Promise<WatchedCertificate[] | undefined> {
  const { client, informers } = cluster;
  const appNetworks = informers.informer<AppNetwork>(APP_NETWORK);
  const platforms = informers.informer<NetworkPlatform>(NETWORK_PLATFORM);
  const ours = { labelSelector: MANAGED_BY_SELECTOR };
  const certificates = informers.informer<Certificate>(
    { apiVersion: 'cert-manager.io/v1', kind: 'Certificate' },
    ours,
  );
  const secrets = informers.informer<Secret>(
    { apiVersion: 'v1', kind: 'Secret' },
    ours,
  );
  const issuance = issuanceInformers(informers);

  const ofAppNetwork = (
    owner: AppNetwork,
    gateway: string,
  ): WatchedCertificate[] => {
    const name = owner.status?.certificate?.secretName;
    const served = name && parse(secrets.get(gateway, name));
    if (!name || !served) {
      return [];
    }
    const certificate =
      certificates.get(gateway, name) ??
      certificates.get(owner.metadata.namespace, name);
    const { certificateRef } = owner.spec?.tls ?? {};
    return [
      {
        ...served,
        owner,
        name,
        renewalTime: date(certificate?.status?.renewalTime),
        title:
          owner.status?.hostnames?.join(', ') || describe(objectRef(owner)),
        advice: certificateRef
          ? `It is your own, in Secret ${certificateRef.name} of namespace ${owner.metadata.namespace}, and nobody renews it: put a new one into that Secret.`
          : overdue(certificate),
      },
    ];
  };

  const overdue = (certificate: Certificate | undefined): string => {
    const cause = certificate && issuanceCause(certificate, issuance);
    const issuing = certificate?.status?.conditions?.find(
      ({ type }) => type === 'Issuing',
    );
    return certificate
      ? `${describe(
          objectRef(certificate),
        )} should have been renewed by now and was not: ${
          cause ??
          issuing?.message ??
          'cert-manager says nothing of it; see whether it runs, and whether the issuer is ready.'
        }`
      : 'Nothing renews it: its Certificate is gone.';
  };

  const ofPlatform = async (
    owner: NetworkPlatform,
    now: Date,
  ): Promise<WatchedCertificate[]> => {
    const own = certificates
      .ownedBy(ownerLabelValue({ name: owner.metadata.name }))
      .flatMap(certificate => {
        const { notBefore, notAfter, renewalTime } = certificate.status ?? {};
        return notBefore && notAfter
          ? [
              {
                owner,
                name: `${certificate.metadata.namespace}/${certificate.metadata.name}`,
                notBefore: new Date(notBefore),
                notAfter: new Date(notAfter),
                renewalTime: date(renewalTime),
                title: certificate.spec?.isCA
                  ? 'the CA of the cluster'
                  : certificate.spec?.dnsNames?.join(', ') ??
                    describe(objectRef(certificate)),
                advice: overdue(certificate),
              },
            ]
          : [];
      });
    const given = await readGivenCa(client, owner, now);
    const ref = owner.spec?.certificates?.ca?.secretRef;
    return given && ref && 'fingerprint' in given
      ? [
          ...own,
          {
            owner,
            name: `${ref.namespace}/${ref.name}`,
            notBefore: new Date(given.notBefore),
            notAfter: new Date(given.notAfter),
            renewalTime: undefined,
            title: 'the CA of the cluster',
            advice: `It is your own, in Secret ${ref.name} of namespace ${ref.namespace}, and nobody renews it; with it all certificates that it has signed end. Put a new one into that Secret: they are then issued anew.`,
          },
        ]
      : own;
  };

  return async now => {
    if (
      [appNetworks, platforms, certificates, secrets].some(
        ({ hasSynced, state }) => !hasSynced && state !== 'KindMissing',
      )
    ) {
      return undefined;
    }
    const platform = platforms.get(undefined, NETWORK_PLATFORM_NAME);
    if (!platform) {
      return [];
    }
    const { namespace } = platformFacts(platform).ingressGateway;
    return [
      ...appNetworks.list().flatMap(owner => ofAppNetwork(owner, namespace)),
      ...(await ofPlatform(platform, now)),
    ];
  };
}

function parse(
  secret: Secret | undefined,
): Pick<Validity, 'notBefore' | 'notAfter'> | undefined {
  try {
    const { validFrom, validTo } = new X509Certificate(
      Buffer.from(secret?.data?.['tls.crt'] ?? '', 'base64'),
    );
    return { notBefore: new Date(validFrom), notAfter: new Date(validTo) };
  } catch {
    // Not there, or not to be read; CertificateReady says so.
    return undefined;
  }
}

function date(text: string | undefined): Date | undefined {
  return text ? new Date(text) : undefined;
}
