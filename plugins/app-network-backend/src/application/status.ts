import {
  APP_NETWORK_CONDITIONS,
  type AppNetwork,
  type AppNetworkStatus,
} from '@app-network/backstage-plugin-app-network-common';
import {
  setConditions,
  summarizeConditions,
  type NewCondition,
} from '../engine/conditions';
import { describe, objectRef } from '../engine/objects';
import type { ReconcileOwnedResult } from '../engine/types';
import {
  certificateReady,
  certificateValidity,
} from './conditions/certificateReady';
import { dnsReady, UNOBSERVED_DNS } from './conditions/dnsReady';
import { gatewayReady } from './conditions/gatewayReady';
import {
  fails,
  holds,
  isExposed,
  unknown,
  type Observation,
} from './conditions/observation';
import { policyReady } from './conditions/policyReady';
import { lentHostnames, programmedHostnames } from './conditions/sharing';
import type { Handover } from './handover';
import type { Rendered } from './render/types';

/** The status of an AppNetwork whose objects have been brought to what is wanted, as far as they could be. */
export function appNetworkStatus(observation: Observation): AppNetworkStatus {
  const { appNetwork, facts, rendered, result } = observation;
  const exposed = isExposed(appNetwork);
  const parts = [
    gatewayReady(observation),
    certificateReady(observation),
    dnsReady(observation),
    policyReady(observation),
  ];
  const urls = rendered.hostnames
    .filter(hostname => !hostname.startsWith('*.'))
    .map(hostname => `https://${hostname}${pathAt(hostname, rendered)}`);
  const certificate = rendered.certificate
    ? { ...rendered.certificate, ...certificateValidity(observation) }
    : lentHostnames(observation)[0]?.holder.status?.certificate;
  return {
    observedGeneration: appNetwork.metadata.generation,
    hostnames: rendered.hostnames,
    sharedHostnames: programmedHostnames(observation),
    addresses: exposed ? facts.ingressGateway.addresses : [],
    urls,
    certificate,
    resources: result.observed
      .map(objectRef)
      .sort((one, other) => (describe(one) < describe(other) ? -1 : 1)),
    conditions: conditions(
      appNetwork,
      [ready(parts, exposed, urls), ...parts],
      observation.now,
    ),
  };
}

/** Where an AppNetwork begins on a hostname: at its shortest path where others are served too and it has not all the rest. */
function pathAt(
  hostname: string,
  { sharedHostnames = [], routes }: Rendered,
): string {
  if (!sharedHostnames.some(shared => shared.hostname === hostname)) {
    return '/';
  }
  const paths = routes.flatMap(({ match: { path, method = 'GET' } = {} }) =>
    path?.type === 'RegularExpression' || method !== 'GET'
      ? []
      : path?.value ?? '/',
  );
  return (
    paths.sort(
      (one, other) => one.length - other.length || (one < other ? -1 : 1),
    )[0] ?? '/'
  );
}

/** The status of an AppNetwork that nothing could be done for; what is known from before stays. */
export function blockedStatus(
  appNetwork: AppNetwork,
  reason: string,
  message: string,
  now: Date,
): AppNetworkStatus {
  return {
    ...appNetwork.status,
    observedGeneration: appNetwork.metadata.generation,
    conditions: conditions(
      appNetwork,
      APP_NETWORK_CONDITIONS.map(type =>
        type === 'Ready'
          ? fails(type, reason, message)
          : unknown(type, reason, message),
      ),
      now,
    ),
  };
}

/** The status of an AppNetwork whose hostnames others of its namespace are about to serve; what is known from before stays. */
export function handingOverStatus(
  appNetwork: AppNetwork,
  handovers: readonly Handover[],
  now: Date,
): AppNetworkStatus {
  const each = handovers.map(
    ({ hostname, heir }) =>
      `AppNetwork ${heir.metadata.name} is to serve ${hostname} next, and has no certificate for it yet`,
  );
  return {
    ...appNetwork.status,
    conditions: conditions(
      appNetwork,
      [
        fails(
          'Ready',
          'HandingOver',
          `${each.join(
            '; ',
          )}. Until then, and for a minute at most, everything stays as it is.`,
        ),
      ],
      now,
    ),
  };
}

/** The status of an AppNetwork that is being deleted and whose objects are not all gone. */
export function deletingStatus(
  appNetwork: AppNetwork,
  result: ReconcileOwnedResult,
  now: Date,
): AppNetworkStatus {
  const waiting = [...result.pruned, ...result.deleting].map(describe);
  const failures = result.failures.map(({ message }) => message);
  return {
    ...appNetwork.status,
    conditions: conditions(
      appNetwork,
      [
        fails(
          'Ready',
          failures.length > 0 ? 'DeletionFailed' : 'Deleting',
          [
            ...(waiting.length > 0
              ? [`Waiting for the end of ${waiting.sort().join(', ')}.`]
              : []),
            ...failures,
          ].join(' '),
        ),
      ],
      now,
    ),
  };
}

function ready(
  parts: readonly NewCondition[],
  exposed: boolean,
  urls: readonly string[],
): NewCondition {
  const counted = parts.filter(
    ({ type, reason }) =>
      type !== 'DNSReady' || !UNOBSERVED_DNS.includes(reason),
  );
  return summarizeConditions(
    counted,
    holds(
      'Ready',
      'Ready',
      exposed
        ? `Served at ${urls.join(', ') || 'its hostnames'}.`
        : 'Policies are in place; spec.expose is false.',
    ),
  );
}

function conditions(
  { metadata, status }: AppNetwork,
  next: readonly NewCondition[],
  now: Date,
): AppNetworkStatus['conditions'] {
  return setConditions(
    status?.conditions,
    next.map(condition => ({
      ...condition,
      observedGeneration: metadata.generation,
    })),
    now.toISOString(),
  );
}
