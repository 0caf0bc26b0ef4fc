import {
  APP_NETWORK_CONDITIONS,
  type AppNetwork,
  type AppNetworkConditionType,
  type ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import type { NewCondition } from '../../engine/conditions';
import { apiGroup, describe } from '../../engine/objects';
import type { KindRef } from '../../engine/types';
import { isEgressObject } from '../render/egress/names';
import {
  CERTIFICATE,
  DESTINATION_RULE,
  ENVOY_FILTER,
  GATEWAY,
  SECRET,
  VIRTUAL_SERVICE,
} from '../render/kinds';
import { splitSessionsName } from '../render/splitSessions';
import { unknownHostsName } from '../render/unknownHosts';
import { fails, type Observation } from './observation';

/** Kinds of the objects that a condition speaks of; PolicyReady speaks of the rest. */
const KINDS: Partial<Record<AppNetworkConditionType, readonly KindRef[]>> = {
  GatewayReady: [GATEWAY, VIRTUAL_SERVICE, DESTINATION_RULE],
  CertificateReady: [CERTIFICATE, SECRET],
};

/**
 * The condition of a part that could not be rendered, or whose objects could not be written; undefined where nothing is wrong. The first
 * reason counts, and every message is told.
 */
export function failed(
  type: AppNetworkConditionType,
  { appNetwork, rendered, result }: Observation,
): NewCondition | undefined {
  const isOfPart = ({ ref }: { ref: ObjectRef }) =>
    conditionOf(appNetwork, ref) === type;
  const causes = [
    ...rendered.problems.filter(({ condition }) => condition === type),
    ...result.conflicts.filter(isOfPart).map(nameTaken),
    ...result.failures.filter(isOfPart).map(notWritten),
  ];
  const [first] = causes;
  const messages = new Set(causes.map(({ message }) => message));
  return first && fails(type, first.reason, [...messages].join(' '));
}

function conditionOf(
  appNetwork: AppNetwork,
  ref: ObjectRef,
): AppNetworkConditionType {
  const found = APP_NETWORK_CONDITIONS.find(type =>
    KINDS[type]?.some(
      ({ apiVersion, kind }) =>
        apiVersion === ref.apiVersion && kind === ref.kind,
    ),
  );
  if (ref.kind === ENVOY_FILTER.kind && isOfRoutes(appNetwork, ref)) {
    return 'GatewayReady';
  }
  return found && !isEgressObject(appNetwork, ref) ? found : 'PolicyReady';
}

/** Whether an EnvoyFilter is for routes; others are for tokens. */
function isOfRoutes(appNetwork: AppNetwork, { name }: ObjectRef): boolean {
  return [splitSessionsName(appNetwork), unknownHostsName(appNetwork)].includes(
    name,
  );
}

interface Cause {
  reason: string;
  message: string;
}

function nameTaken({
  ref,
  owner,
}: Observation['result']['conflicts'][number]): Cause {
  const whose = owner
    ? `belongs to ${owner} (label app-network.io/owner)`
    : 'was not made by App Network';
  return {
    reason: 'NameTaken',
    message: `${describe(
      ref,
    )} is there already and ${whose}; it was left alone. Delete or rename it, or give the AppNetwork another name.`,
  };
}

function notWritten({
  ref,
  message,
  kindMissing,
}: Observation['result']['failures'][number]): Cause {
  if (!kindMissing) {
    return { reason: 'WriteFailed', message };
  }
  const group = apiGroup(ref.apiVersion);
  const product = group === 'cert-manager.io' ? 'cert-manager' : 'Istio';
  return {
    reason: product === 'Istio' ? 'IstioMissing' : 'CertManagerMissing',
    message: `${product} is not installed on this cluster: it has no kind ${ref.kind} of ${ref.apiVersion}. Install ${product} with the cluster's NetworkPlatform, or see there why it is not.`,
  };
}
