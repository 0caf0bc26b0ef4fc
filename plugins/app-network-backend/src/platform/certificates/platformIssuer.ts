import { createHash } from 'node:crypto';
import {
  PLATFORM_ISSUER,
  withDefaults,
  type IssuerRef,
  type KubernetesObject,
  type NetworkPlatform,
  type NetworkPlatformSpec,
} from '@app-network/backstage-plugin-app-network-common';
import { readyCondition } from '../conditions/row';
import type { GivenCa } from './certificateAuthority';

/**
 * The issuer that the spec asks for: the user's, or the one that the platform makes. cert-manager issues anew when a Certificate names another
 * issuer and not when an issuer changes inside, so each ACME server and each given CA has an issuer with a name of its own; the cluster's own
 * CA is {@link PLATFORM_ISSUER}.
 *
 * @param givenCa - what the Secret of a given CA holds; while that can't sign, the name is one that no issuer has
 */
export function platformIssuer(
  spec: NetworkPlatformSpec,
  givenCa: GivenCa | undefined,
): Required<IssuerRef> {
  const { ca, acme, issuerRef } = spec.certificates ?? {};
  if (issuerRef) {
    return {
      name: issuerRef.name,
      kind: issuerRef.kind ?? 'ClusterIssuer',
      group: issuerRef.group ?? 'cert-manager.io',
    };
  }
  if (ca) {
    const { name } = ca.secretRef;
    return clusterIssuer(
      givenCa && 'fingerprint' in givenCa
        ? `${PLATFORM_ISSUER}-${hash(name, givenCa.fingerprint)}`
        : `${PLATFORM_ISSUER}-given`,
    );
  }
  return clusterIssuer(
    acme ? `app-network-acme-${hash(acme.server)}` : PLATFORM_ISSUER,
  );
}

/**
 * The issuer that certificates are asked of at the moment: the one that the spec asks for as soon as it issues; until then the one before it,
 * if that still does, so that applications keep their certificates and new ones get some.
 *
 * @param find - a ClusterIssuer by its name
 */
export function issuerInUse(
  platform: NetworkPlatform,
  givenCa: GivenCa | undefined,
  find: (name: string) => KubernetesObject | undefined,
): Required<IssuerRef> {
  const { spec = {} } = withDefaults(platform);
  const wanted = platformIssuer(spec, givenCa);
  const previous = issuerInStatus(platform);
  const issues = (ref: Required<IssuerRef>) =>
    !isClusterIssuer(ref) || readyCondition(find(ref.name))?.status === 'True';
  if (!previous || isUsersSecretWrong(spec, givenCa)) {
    return previous ?? wanted;
  }
  return issues(wanted) || !issues(previous) ? wanted : previous;
}

/** The issuer that a platform's status names. */
export function issuerInStatus({
  status,
}: NetworkPlatform): Required<IssuerRef> | undefined {
  return status?.issuer && withKind(status.issuer);
}

/** Whether an issuer is one of cert-manager's ClusterIssuers, the only ones that are looked at. */
export function isClusterIssuer({ kind, group }: Required<IssuerRef>): boolean {
  return kind === 'ClusterIssuer' && group === 'cert-manager.io';
}

function isUsersSecretWrong(
  { certificates }: NetworkPlatformSpec,
  givenCa: GivenCa | undefined,
): boolean {
  return certificates?.ca !== undefined && givenCa?.problem !== undefined;
}

function withKind(ref: IssuerRef): Required<IssuerRef> {
  return { kind: 'ClusterIssuer', group: 'cert-manager.io', ...ref };
}

function clusterIssuer(name: string): Required<IssuerRef> {
  return withKind({ name });
}

/** Eight hexadecimal digits, enough to tell the issuers of one cluster apart. */
function hash(...parts: string[]): string {
  return createHash('sha256')
    .update(JSON.stringify(parts))
    .digest('hex')
    .slice(0, 8);
}
