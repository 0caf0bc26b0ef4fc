import {
  MANAGED_BY,
  MANAGED_BY_LABEL,
  OWNER_LABEL,
  ownerLabelValue,
  type AppNetwork,
  type IssuerRef,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { ICertificate } from '@kubernetes-models/cert-manager/cert-manager.io/v1/Certificate';
import type { PlatformFacts } from '../../platform/facts';
import { CERTIFICATE } from './kinds';
import { gatewayObjectName, objectMeta } from './metadata';

/** Name of the Certificate and of its Secret. */
export function certificateName(appNetwork: AppNetwork): string {
  return gatewayObjectName(appNetwork, 'tls');
}

/**
 * Where the Certificate is made: in the ingress gateway's namespace, because Istio reads the Secret there; of an issuer that serves its own
 * namespace only, in the AppNetwork's, and the gateway gets a copy of the Secret.
 */
export function certificateNamespace(
  { metadata, spec }: AppNetwork,
  facts: PlatformFacts,
): string {
  const { issuerRef } = spec?.tls ?? {};
  return issuerRef && servesOneNamespace(issuerRef)
    ? metadata.namespace ?? ''
    : facts.ingressGateway.namespace;
}

/** Whether an issuer serves its own namespace only. External issuers follow cert-manager in having a second kind, named for the cluster. */
export function servesOneNamespace({
  kind = 'ClusterIssuer',
}: IssuerRef): boolean {
  return !kind.includes('Cluster');
}

/**
 * The cert-manager Certificate of the hostnames. How long it lives and when it is renewed is left to cert-manager, whose default (a third of
 * the life before its end) suits every issuer.
 */
export function renderCertificate(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  hostnames: readonly string[],
): ICertificate & KubernetesObject {
  const name = certificateName(appNetwork);
  return {
    ...CERTIFICATE,
    metadata: objectMeta(appNetwork, {
      name,
      namespace: certificateNamespace(appNetwork, facts),
    }),
    spec: {
      secretName: name,
      // cert-manager leaves a Secret behind; with the labels it is found and goes with the AppNetwork.
      secretTemplate: {
        labels: {
          [MANAGED_BY_LABEL]: MANAGED_BY,
          [OWNER_LABEL]: ownerLabelValue({
            namespace: appNetwork.metadata.namespace,
            name: appNetwork.metadata.name,
          }),
        },
      },
      dnsNames: [...hostnames],
      issuerRef: issuerOf(appNetwork, facts),
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
      usages: ['digital signature', 'server auth'],
    },
  };
}

/** The issuer that an AppNetwork names, or else the platform's. */
export function issuerOf(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
): PlatformFacts['issuer'] {
  const issuerRef = appNetwork.spec?.tls?.issuerRef;
  return issuerRef
    ? {
        name: issuerRef.name,
        kind: issuerRef.kind ?? 'ClusterIssuer',
        group: issuerRef.group ?? 'cert-manager.io',
      }
    : facts.issuer;
}

/** Whether the issuer may have hostnames proven over HTTP; how one that the AppNetwork names does it is not known. */
export function mayAskOverHttp(
  { spec: { tls } = {} }: AppNetwork,
  { http01 }: PlatformFacts,
): boolean {
  const isIssued = tls?.mode !== 'Passthrough' && !tls?.certificateRef;
  return isIssued && (tls?.issuerRef !== undefined || http01);
}
