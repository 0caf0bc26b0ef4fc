import type { Row } from './row';

/** P10: the API server asks the admission webhook, whose certificates are in order. */
export function admissionReady(): Row {
  return {
    type: 'AdmissionReady',
    status: 'True',
    reason: 'NotInstalled',
    message:
      'There is no admission webhook yet; what it would refuse is said in the conditions of each object.',
  };
}
