import { lookingRow, type PlatformObservation, type Row } from './row';

const type = 'AdmissionReady';

/** P10: the API server asks the admission webhook, whose certificates are in order. */
export function admissionReady(observation: PlatformObservation): Row {
  const { admission } = observation;
  if (!admission) {
    return {
      type,
      status: 'True',
      reason: 'NotInstalled',
      message:
        'The cluster has no admission webhook (admission of appNetwork.clusters in app-config); what it would refuse is said in the conditions of each object.',
    };
  }
  const { state: reason, message } = admission;
  if (reason === 'Pending') {
    return lookingRow(type, observation, message);
  }
  const status = reason === 'Reachable' ? 'True' : 'False';
  return { type, status, reason, message };
}
