import { withDefaults } from '@app-network/backstage-plugin-app-network-common';
import { describe, objectRef } from '../../engine/objects';
import { sentence, servedMeanwhile } from '../certificates/issuance';
import {
  isClusterIssuer,
  platformIssuer,
} from '../certificates/platformIssuer';
import {
  componentsOf,
  componentsRow,
  ownedRow,
  readyCondition,
  type PlatformObservation,
  type Row,
} from './row';

/** P9: cert-manager runs and the issuer issues. */
export function certificatesReady(observation: PlatformObservation): Row {
  const { owned, issuer, certificateProblems, platform, facts } = observation;
  const spec = withDefaults(platform).spec ?? {};
  const certManager = componentsOf(observation, 'cert-manager');
  const type = 'CertificatesReady';
  const wanted = platformIssuer(spec, facts.givenCa);
  const meanwhile =
    facts.issuer.name === wanted.name
      ? ''
      : ` Until then ${facts.issuer.kind} ${facts.issuer.name} goes on issuing.`;
  if (certificateProblems.length > 0) {
    return {
      type,
      status: 'False',
      reason: 'InvalidSpec',
      message: `${certificateProblems.join(' ')}${meanwhile}`,
    };
  }
  const problem =
    componentsRow(type, certManager) ??
    ownedRow(type, owned, ['ClusterIssuer', 'Certificate', 'Secret']);
  if (problem) {
    return problem;
  }
  if (!isClusterIssuer(wanted)) {
    return {
      type,
      status: 'True',
      reason: 'NotManaged',
      message: `Certificates are issued by ${wanted.kind} ${wanted.name}, which is not looked at here.`,
    };
  }
  const unissued = unissuedRow(observation);
  if (unissued) {
    return unissued;
  }
  const ready = readyCondition(issuer);
  if (ready?.status === 'True') {
    return {
      type,
      status: 'True',
      reason: 'Ready',
      message: `ClusterIssuer ${wanted.name} issues certificates.`,
    };
  }
  return {
    type,
    status: 'False',
    reason: 'IssuerNotReady',
    message: `${
      issuer
        ? `ClusterIssuer ${wanted.name} is not ready: ${
            ready?.message ?? 'cert-manager has not looked at it yet'
          }`
        : `There is no ClusterIssuer ${wanted.name}${
            spec.certificates?.issuerRef
              ? ': make it, or name another in spec.certificates.issuerRef.'
              : ' yet.'
          }`
    }${meanwhile}`,
    progressing: !spec.certificates?.issuerRef,
  };
}

/** A certificate of the platform's own that is not there: that of its CA, or of a system component. */
function unissuedRow({
  owned,
  issuanceCause,
  now,
}: PlatformObservation): Row | undefined {
  const certificate = owned.observed.find(
    object =>
      object.kind === 'Certificate' &&
      readyCondition(object)?.status !== 'True',
  );
  const cause = certificate && issuanceCause?.(certificate);
  return (
    certificate && {
      type: 'CertificatesReady',
      status: 'False',
      reason: 'CertificateNotReady',
      message: `${describe(objectRef(certificate))} is not ready: ${
        cause ??
        sentence(
          readyCondition(certificate)?.message ??
            'cert-manager has not looked at it yet',
        )
      }${servedMeanwhile(certificate, now)}`,
      progressing: cause === undefined,
    }
  );
}
