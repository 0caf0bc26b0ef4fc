import { withDefaults } from '@app-network/backstage-plugin-app-network-common';
import { platformIssuer } from '../facts';
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
  const { owned, issuer, certificateProblems, platform } = observation;
  const spec = withDefaults(platform).spec ?? {};
  const certManager = componentsOf(observation, 'cert-manager');
  const type = 'CertificatesReady';
  if (certificateProblems.length > 0) {
    return {
      type,
      status: 'False',
      reason: 'InvalidSpec',
      message: certificateProblems.join(' '),
    };
  }
  const problem =
    componentsRow(type, certManager) ??
    ownedRow(type, owned, ['ClusterIssuer', 'Certificate', 'Secret']);
  if (problem) {
    return problem;
  }
  const ref = platformIssuer(spec);
  if (ref.kind !== 'ClusterIssuer' || ref.group !== 'cert-manager.io') {
    return {
      type,
      status: 'True',
      reason: 'NotManaged',
      message: `Certificates are issued by ${ref.kind} ${ref.name}, which is not looked at here.`,
    };
  }
  const ready = readyCondition(issuer);
  if (ready?.status === 'True') {
    return {
      type,
      status: 'True',
      reason: 'Ready',
      message: `ClusterIssuer ${ref.name} issues certificates.`,
    };
  }
  return {
    type,
    status: 'False',
    reason: 'IssuerNotReady',
    message: issuer
      ? `ClusterIssuer ${ref.name} is not ready: ${
          ready?.message ?? 'cert-manager has not looked at it yet'
        }`
      : `There is no ClusterIssuer ${ref.name}${
          spec.certificates?.issuerRef
            ? ': make it, or name another in spec.certificates.issuerRef.'
            : ' yet.'
        }`,
    progressing: !spec.certificates?.issuerRef,
  };
}
