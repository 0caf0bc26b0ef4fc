import { INGRESS_GATEWAY } from '../components/istio';
import {
  componentsOf,
  componentsRow,
  type PlatformObservation,
  type Row,
} from './row';

/** P6: the ingress gateway runs and has an address. */
export function ingressGatewayReady(observation: PlatformObservation): Row {
  const { addresses, addressMessage } = observation;
  const gateway = componentsOf(observation, INGRESS_GATEWAY);
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
