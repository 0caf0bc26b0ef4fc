import {
  componentsOf,
  componentsRow,
  installedOrGiven,
  type PlatformObservation,
  type Row,
} from './row';

/** P3: Istio is installed and configured. */
export function istioReady(observation: PlatformObservation): Row {
  const istio = componentsOf(observation, 'istio-base', 'istiod');
  return (
    componentsRow('IstioReady', istio) ?? {
      type: 'IstioReady',
      status: 'True',
      ...installedOrGiven(istio, 'Istio'),
    }
  );
}
