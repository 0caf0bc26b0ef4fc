import type { NewCondition } from '../../engine/conditions';
import { SEE_PLATFORM } from '../render/exposure';
import { failed } from './failures';
import {
  fails,
  holds,
  isExposed,
  notExposed,
  type Observation,
} from './observation';

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
  const count = rendered.routes.length;
  return holds(
    'GatewayReady',
    'Programmed',
    `${count} ${count === 1 ? 'route' : 'routes'} of ${rendered.hostnames.join(
      ', ',
    )} at ${addresses.map(({ value }) => value).join(', ')}.`,
  );
}
