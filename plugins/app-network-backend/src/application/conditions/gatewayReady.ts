import type { NewCondition } from '../../engine/conditions';
import { describeAppNetwork } from '../render/describeAppNetwork';
import { SEE_PLATFORM } from '../render/exposure';
import type { Rendered } from '../render/types';
import { failed } from './failures';
import {
  fails,
  holds,
  isExposed,
  notExposed,
  type Observation,
} from './observation';
import { lentHostnames, type LentHostname } from './sharing';

/** Whether the ingress gateway is told to serve the hostnames, and can be reached. */
export function gatewayReady(observation: Observation): NewCondition {
  const { appNetwork, facts, rendered } = observation;
  const failure = failed('GatewayReady', observation);
  if (failure) {
    return failure;
  }
  if (!isExposed(appNetwork)) {
    return notExposed('GatewayReady');
  }
  const { addresses, problem } = facts.ingressGateway;
  if (addresses.length === 0) {
    return fails(
      'GatewayReady',
      'WaitingForAddress',
      `The ingress gateway has no address yet, so that nobody can reach it. ${
        problem ?? SEE_PLATFORM
      }`,
    );
  }
  const waiting = lentHostnames(observation).filter(({ served }) => !served);
  if (waiting.length > 0) {
    return fails(
      'GatewayReady',
      'WaitingForAppNetwork',
      waiting.map(notServed).join(' '),
    );
  }
  const count = rendered.routes.length;
  return holds(
    'GatewayReady',
    'Programmed',
    [
      `${count} ${
        count === 1 ? 'route' : 'routes'
      } of ${rendered.hostnames.join(', ')} at ${addresses
        .map(({ value }) => value)
        .join(', ')}.`,
      ...(rendered.sharedHostnames ?? []).map(shared =>
        servedTogether(appNetwork.metadata.name, shared),
      ),
    ].join(' '),
  );
}

function notServed({ hostname, holder }: LentHostname): string {
  const why = holder.status?.conditions?.find(
    ({ type, status }) => type === 'GatewayReady' && status !== 'True',
  )?.message;
  return `${describeAppNetwork(
    holder,
  )} holds ${hostname}, and has no routes to this one there yet${
    why ? `: ${why}` : '.'
  }`;
}

function servedTogether(
  name: string,
  {
    hostname,
    heldBy,
    appNetworks,
  }: NonNullable<Rendered['sharedHostnames']>[number],
): string {
  const others = appNetworks.filter(other => other !== name).sort();
  return `${hostname} is served together with ${
    others.length > 1 ? 'AppNetworks' : 'AppNetwork'
  } ${others.join(', ')}; ${
    heldBy === name ? 'this one' : heldBy
  } has its Gateway, VirtualService and certificate.`;
}
