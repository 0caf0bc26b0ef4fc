import {
  withDefaults,
  type Address,
  type ComponentStatus,
  type Condition,
  type KubernetesObject,
  type NetworkPlatform,
  type NetworkPlatformSpec,
} from '@app-network/backstage-plugin-app-network-common';
import type { NewCondition } from '../engine/conditions';
import { describe } from '../engine/objects';
import type { ReconcileOwnedResult } from '../engine/types';
import { EGRESS_GATEWAY, INGRESS_GATEWAY } from './components/istio';
import { platformFacts, platformIssuer } from './facts';

/** What a platform's status is made from. */
export interface PlatformObservation {
  platform: NetworkPlatform;
  components: ComponentStatus[];
  /** Addresses of the ingress gateway. */
  addresses: Address[];
  /** Why there are none; empty where there are some. */
  addressMessage: string;
  /** What became of the platform's own objects. */
  owned: ReconcileOwnedResult;
  /** The issuer that applications use, where it is a ClusterIssuer that could be looked at. */
  issuer: KubernetesObject | undefined;
  /** What the spec says of certificates and can't be done. */
  certificateProblems: string[];
  now: Date;
}

/** A condition, and whether what is wrong is on its way. */
export type Row = NewCondition & { progressing?: boolean };

/**
 * A row of the mission as a condition: IstioReady (Istio installed and configured), MTLSReady (strict mTLS), IngressGatewayReady (the
 * gateway runs and has an address), EgressGatewayReady (where it is on), CertificatesReady (cert-manager runs and the issuer issues),
 * DNSReady (generated names resolve), SystemIngressReady (where system components are listed).
 */
export function platformRows(observation: PlatformObservation): Row[] {
  const spec = withDefaults(observation.platform).spec ?? {};
  const find = (releases: string[]) =>
    observation.components.filter(({ release }) => releases.includes(release));
  const istio = find(['istio-base', 'istiod']);
  const egress = find([EGRESS_GATEWAY]);
  return [
    componentsRow('IstioReady', istio) ?? {
      type: 'IstioReady',
      status: 'True',
      ...installedOrGiven(istio, 'Istio'),
    },
    mtlsRow(observation, istio, spec),
    ingressGatewayRow(observation, find([INGRESS_GATEWAY])),
    ...(egress.some(({ state }) => state !== 'Disabled')
      ? [
          componentsRow('EgressGatewayReady', egress) ?? {
            type: 'EgressGatewayReady',
            status: 'True' as const,
            reason: 'Ready',
            message: 'The egress gateway runs.',
          },
        ]
      : []),
    certificatesRow(observation, find(['cert-manager']), spec),
    dnsRow(observation, spec),
    ...systemIngressRow(spec),
  ];
}

/** A row that isn't ready because a component isn't; undefined where all are. */
function componentsRow(
  type: string,
  components: ComponentStatus[],
): Row | undefined {
  const wrong =
    components.find(({ state }) => state === 'Failed') ??
    components.find(({ state }) => state !== 'Ready' && state !== 'Disabled');
  return (
    wrong && {
      type,
      status: 'False',
      reason: `Component${wrong.state}`,
      message:
        wrong.state === 'Failed'
          ? `${wrong.release}: ${wrong.message}`
          : `${wrong.release} is ${wrong.state.toLocaleLowerCase('en-US')}.`,
      progressing: wrong.state !== 'Failed',
    }
  );
}

function installedOrGiven(
  components: ComponentStatus[],
  title: string,
): { reason: string; message: string } {
  return components.every(({ state }) => state === 'Disabled')
    ? {
        reason: 'NotManaged',
        message: `${title} is not installed by App Network; the cluster's own is used.`,
      }
    : { reason: 'Ready', message: `${title} runs.` };
}

function mtlsRow(
  { owned }: PlatformObservation,
  istio: ComponentStatus[],
  spec: NetworkPlatformSpec,
): Row {
  const type = 'MTLSReady';
  if (spec.components?.istio?.enabled === false) {
    return {
      type,
      status: 'True',
      reason: 'NotManaged',
      message:
        "Istio is not installed by App Network; the mesh's own policy counts.",
    };
  }
  const problem =
    ownedRow(type, owned, ['PeerAuthentication']) ?? componentsRow(type, istio);
  if (problem) {
    return problem;
  }
  if (!owned.observed.some(({ kind }) => kind === 'PeerAuthentication')) {
    return {
      type,
      status: 'False',
      reason: 'Applying',
      message: 'The mesh-wide PeerAuthentication is being written.',
      progressing: true,
    };
  }
  return spec.components?.istio?.mtls === 'Permissive'
    ? {
        type,
        status: 'True',
        reason: 'Permissive',
        message:
          'Plaintext is accepted in the mesh, as spec.components.istio.mtls says.',
      }
    : {
        type,
        status: 'True',
        reason: 'Strict',
        message: 'Plaintext to pods in the mesh is refused.',
      };
}

function ingressGatewayRow(
  { addresses, addressMessage }: PlatformObservation,
  gateway: ComponentStatus[],
): Row {
  const type = 'IngressGatewayReady';
  const problem = componentsRow(type, gateway);
  if (problem) {
    return problem;
  }
  return addresses.length === 0
    ? {
        type,
        status: 'False',
        reason: 'NoAddress',
        message: addressMessage,
        progressing: true,
      }
    : {
        type,
        status: 'True',
        reason: 'Ready',
        message: `Applications are reached at ${addresses
          .map(({ value }) => value)
          .join(', ')}.`,
      };
}

function certificatesRow(
  { owned, issuer, certificateProblems }: PlatformObservation,
  certManager: ComponentStatus[],
  spec: NetworkPlatformSpec,
): Row {
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

function readyCondition(
  issuer: KubernetesObject | undefined,
): Condition | undefined {
  const { status } = (issuer ?? {}) as {
    status?: { conditions?: Condition[] };
  };
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

/** What kept the platform's own objects of some kinds from being written. */
function ownedRow(
  type: string,
  owned: ReconcileOwnedResult,
  kinds: string[],
): Row | undefined {
  const conflict = owned.conflicts.find(({ ref }) => kinds.includes(ref.kind));
  if (conflict) {
    return {
      type,
      status: 'False',
      reason: 'NameTaken',
      message: `${describe(conflict.ref)} belongs to ${
        conflict.owner ?? 'somebody else'
      } and is left alone: remove it, so that the platform can make its own.`,
    };
  }
  const failure = owned.failures.find(({ ref }) => kinds.includes(ref.kind));
  return (
    failure && {
      type,
      status: 'False',
      reason: failure.kindMissing ? 'KindMissing' : 'ApplyFailed',
      message: failure.message,
      // The first writes often come before a new webhook answers; the component's own state tells when that lasts.
      progressing: true,
    }
  );
}

function dnsRow(
  { platform, addresses }: PlatformObservation,
  spec: NetworkPlatformSpec,
): Row {
  const type = 'DNSReady';
  const { dns, dnsSuffix } = platformFacts({
    ...platform,
    status: { ingress: { applications: { addresses } } },
  });
  if (dns.mode === 'External') {
    return {
      type,
      status: 'False',
      reason: 'NotSupported',
      message: `This version does not install ExternalDNS: make a record *.${dns.zone} for the gateway and say spec.dns.custom, or use spec.dns.wildcard.`,
    };
  }
  if (dns.mode === 'Custom') {
    return {
      type,
      status: 'True',
      reason: 'Custom',
      message: `Names end in ${dnsSuffix}; their records are yours to make.`,
    };
  }
  if (dnsSuffix) {
    return {
      type,
      status: 'True',
      reason: 'Wildcard',
      message: `Names end in ${dnsSuffix}, which resolves by itself.`,
    };
  }
  const hostname = addresses[0]?.value;
  return {
    type,
    status: 'False',
    reason: hostname ? 'NoIPAddress' : 'NoAddress',
    message: hostname
      ? `The load balancer gives the hostname ${hostname} and no IP address, which ${
          spec.dns?.wildcard?.domain ?? 'nip.io'
        } needs: use spec.dns.custom or spec.dns.external.`
      : 'The ingress gateway has no address yet.',
    progressing: !hostname,
  };
}

/** Only where it is asked for. */
function systemIngressRow(spec: NetworkPlatformSpec): Row[] {
  const wanted =
    spec.components?.ingressNginx?.enabled ||
    (spec.systemComponents ?? []).some(({ ingress, mesh }) => ingress || mesh);
  return wanted
    ? [
        {
          type: 'SystemIngressReady',
          status: 'False',
          reason: 'NotSupported',
          message:
            'This version does not install the NGINX Ingress Controller, and does not put system components on the network: leave out spec.components.ingressNginx, and ingress and mesh in spec.systemComponents.',
        },
      ]
    : [];
}
