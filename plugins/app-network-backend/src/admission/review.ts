import { InputError } from '@backstage/errors';
import type { AdmissionRequest, AdmissionResponse } from './types';

const REVIEW = {
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
} as const;

/**
 * The request in an AdmissionReview (admission.k8s.io/v1).
 *
 * @throws InputError where it is none
 */
export function parseReview(review: unknown): AdmissionRequest {
  const { apiVersion, kind, request } = (review ?? {}) as {
    apiVersion?: unknown;
    kind?: unknown;
    request?: Partial<AdmissionRequest>;
  };
  if (
    apiVersion !== REVIEW.apiVersion ||
    kind !== REVIEW.kind ||
    !request?.uid
  ) {
    throw new InputError(
      `expected an ${REVIEW.kind} of ${REVIEW.apiVersion} with a request, found ${kind} of ${apiVersion}`,
    );
  }
  return request as AdmissionRequest;
}

/**
 * The AdmissionReview that answers a request. A refused object is for its writer to put right, as one is that the API server itself finds
 * invalid (422); 403 would say that the writer lacks a right.
 */
export function formatReview(
  uid: string,
  { allowed, message, warnings }: AdmissionResponse,
): object {
  return {
    ...REVIEW,
    response: {
      uid,
      allowed,
      ...(allowed ? {} : { status: { code: 422, reason: 'Invalid', message } }),
      ...(warnings?.length ? { warnings } : {}),
    },
  };
}
