import type { ICertificate } from '@kubernetes-models/cert-manager/cert-manager.io/v1/Certificate';
import type { NewCondition } from '../../engine/conditions';
import { describe, objectRef } from '../../engine/objects';
import type {
  AppNetworkStatus,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import {
  sentence,
  servedMeanwhile,
} from '../../platform/certificates/issuance';
import { describeAppNetwork } from '../render/describeAppNetwork';
import { CERTIFICATE } from '../render/kinds';
import { failed } from './failures';
import {
  fails,
  holds,
  isExposed,
  isPassthrough,
  notExposed,
  unknown,
  type Observation,
} from './observation';
import { lentHostnames, type LentHostname } from './sharing';

type Certificate = ICertificate & KubernetesObject;

/** Whether the gateway has a valid certificate of the hostnames. */
export function certificateReady(observation: Observation): NewCondition {
  const { appNetwork, rendered } = observation;
  const failure = failed('CertificateReady', observation);
  if (failure) {
    return failure;
  }
  if (!isExposed(appNetwork)) {
    return notExposed('CertificateReady');
  }
  if (isPassthrough(appNetwork)) {
    return holds(
      'CertificateReady',
      'Passthrough',
      'spec.tls.mode is Passthrough: the application has its own certificate.',
    );
  }
  if (rendered.hostnames.length === 0) {
    return unknown(
      'CertificateReady',
      'NoHostname',
      'There is no hostname to have a certificate for; GatewayReady says why.',
    );
  }
  const lent = lentHostnames(observation);
  const own =
    lent.length < rendered.hostnames.length
      ? [
          appNetwork.spec?.tls?.certificateRef
            ? ownCertificate(observation)
            : issuedCertificate(observation),
        ]
      : [];
  const all = [...own, ...lent.map(certificateOfHolder)];
  return (
    all.find(({ status }) => status === 'False') ??
    all.find(({ status }) => status !== 'True') ??
    all[0] ??
    unknown('CertificateReady', 'Pending', 'There is no certificate yet.')
  );
}

/** What the AppNetwork that holds a hostname says of its certificate. */
function certificateOfHolder({ hostname, holder }: LentHostname): NewCondition {
  const { status, reason, message } = holder.status?.conditions?.find(
    ({ type }) => type === 'CertificateReady',
  ) ?? {
    status: 'Unknown' as const,
    reason: 'Pending',
    message: 'It has not been seen to yet.',
  };
  return {
    type: 'CertificateReady',
    status,
    reason,
    message: `${hostname} has the certificate of ${describeAppNetwork(
      holder,
    )}: ${message}`,
  };
}

/** When the certificate that the gateway serves begins, ends and is renewed, ISO 8601; of what is not known nothing. */
export function certificateValidity(
  observation: Observation,
): Pick<
  NonNullable<AppNetworkStatus['certificate']>,
  'notBefore' | 'notAfter' | 'renewalTime'
> {
  const own = observation.rendered.certificate;
  if (own?.notAfter) {
    return { notBefore: own.notBefore, notAfter: own.notAfter };
  }
  const { notBefore, notAfter, renewalTime } =
    findCertificate(observation)?.status ?? {};
  return { notBefore, notAfter, renewalTime };
}

function ownCertificate({
  appNetwork,
  rendered,
  now,
}: Observation): NewCondition {
  const { notBefore = '', notAfter = '' } = rendered.certificate ?? {};
  const { name } = appNetwork.spec?.tls?.certificateRef ?? {};
  const { namespace } = appNetwork.metadata;
  const what = `The certificate in Secret ${name} of namespace ${namespace}`;
  const field = 'spec.tls.certificateRef.name';
  if (Date.parse(notBefore) > now.getTime()) {
    return fails(
      'CertificateReady',
      'NotYetValid',
      `${field}: ${what} is not valid before ${notBefore}, so that clients refuse it until then. Put one into the Secret that is valid now.`,
    );
  }
  return Date.parse(notAfter) <= now.getTime()
    ? fails(
        'CertificateReady',
        'Expired',
        `${field}: ${what} expired at ${notAfter}. Put a new one into the Secret.`,
      )
    : holds(
        'CertificateReady',
        'Provided',
        `${what} is served; it is valid until ${notAfter}.`,
      );
}

/** cert-manager's own words (Certificate, status.conditions Ready and Issuing). */
function issuedCertificate(observation: Observation): NewCondition {
  const certificate = findCertificate(observation);
  const { name: issuer, kind } = certificate?.spec?.issuerRef ?? {};
  const from = `${kind} ${issuer}`;
  // Where the user has written it.
  const asked = observation.appNetwork.spec?.tls?.issuerRef
    ? `${from} (spec.tls.issuerRef.name)`
    : from;
  const condition = (type: string) =>
    certificate?.status?.conditions?.find(candidate => candidate.type === type);
  const ready = condition('Ready');
  const issuing = condition('Issuing');
  if (!certificate || !ready) {
    return unknown(
      'CertificateReady',
      'Pending',
      'cert-manager has not seen to the certificate yet. If it stays so, see whether cert-manager runs.',
    );
  }
  const what = describe(objectRef(certificate));
  const { generation } = certificate.metadata;
  const isCurrent =
    ready.observedGeneration === undefined ||
    Number(ready.observedGeneration) === generation;
  if (ready.status === 'True' && isCurrent) {
    return holds(
      'CertificateReady',
      'Issued',
      `Issued by ${from}, valid until ${certificate.status?.notAfter}.`,
    );
  }
  const { issuanceCause, now } = observation;
  const meanwhile = servedMeanwhile(certificate, now);
  if (issuing?.status === 'False') {
    return fails(
      'CertificateReady',
      issuing.reason ?? 'Failed',
      `${what} could not be issued by ${asked}: ${
        issuanceCause ?? sentence(issuing.message ?? '')
      } cert-manager tries again by itself, an hour after the first failure and later each time; cmctl renew ${
        certificate.metadata.name
      } --namespace ${
        certificate.metadata.namespace
      } has it try at once.${meanwhile}`,
    );
  }
  return fails(
    'CertificateReady',
    issuing ? 'Issuing' : ready.reason ?? 'NotReady',
    `${what} is not ready: ${
      issuanceCause ?? sentence((issuing ?? ready).message ?? '')
    } It is asked of ${asked}; if it stays so, see whether that issuer is there and ready.${meanwhile}`,
  );
}

function findCertificate({ result }: Observation): Certificate | undefined {
  return result.observed.find(({ kind }) => kind === CERTIFICATE.kind) as
    | Certificate
    | undefined;
}
