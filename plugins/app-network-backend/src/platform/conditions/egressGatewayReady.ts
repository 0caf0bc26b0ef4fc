import { EGRESS_GATEWAY } from '../components/istio';
import {
  componentsOf,
  componentsRow,
  type PlatformObservation,
  type Row,
} from './row';

/** P5: the egress gateway runs, where it is on. */
export function egressGatewayReady(observation: PlatformObservation): Row {
  const type = 'EgressGatewayReady';
  const egress = componentsOf(observation, EGRESS_GATEWAY);
  if (egress.every(({ state }) => state === 'Disabled')) {
    return {
      type,
      status: 'True',
      reason: 'Disabled',
      message:
        'There is none: spec.components.istio.egressGateway.enabled or the profile leaves it out.',
    };
  }
  return (
    componentsRow(type, egress) ?? {
      type,
      status: 'True',
      reason: 'Ready',
      message: 'The egress gateway runs.',
    }
  );
}
