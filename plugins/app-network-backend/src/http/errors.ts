import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { isKubernetesError, type KubernetesError } from '../engine/errors';

/**
 * What the API server refused, as the error of @backstage/errors that makes the HTTP answer: the user's mistakes come back as 4xx with the
 * API server's own words, which name the object and the field; a cluster that does not answer is 503. Anything else is given back as it is.
 */
export function toHttpError(error: unknown): unknown {
  if (!isKubernetesError(error)) {
    return error;
  }
  const { statusCode, message } = error;
  if (error.unreachable) {
    return new ServiceUnavailableError(message, error);
  }
  if (statusCode === 500 && INVALID_APPLY.test(message)) {
    return invalid(error);
  }
  switch (statusCode) {
    case 400:
    case 405:
    case 413:
    case 415:
    case 422:
      return invalid(error);
    case 401:
      // Whoever asks is known to the portal; it is the portal's own credentials that the cluster does not know.
      return new ServiceUnavailableError(
        `${message}; renew the credentials of cluster ${error.call.cluster} in appNetwork.clusters`,
        error,
      );
    case 403:
      return new NotAllowedError(message, error);
    case 404:
      return error.kindMissing
        ? new ServiceUnavailableError(
            `${message}; install the CustomResourceDefinitions of App Network, or let the portal do it`,
            error,
          )
        : new NotFoundError(message, error);
    case 409:
      return new ConflictError(message, error);
    default:
      return error;
  }
}

/** The fields that are wrong, so that a form can show the message where it belongs. */
function invalid(error: KubernetesError): InputError {
  const causes = error.status.details?.causes ?? [];
  const unknown = [...error.message.matchAll(/unknown field "([^"]+)"/g)].map(
    ([message, field]) => ({ field, message }),
  );
  const fields = [
    ...causes.flatMap(({ field, message = '' }) =>
      field && field !== '<nil>' ? [{ field, message }] : [],
    ),
    ...unknown,
  ];
  return Object.assign(
    new InputError(error.message, error),
    fields.length > 0 ? { fields } : {},
  );
}

/** The API server answers a server-side apply of a field that the schema does not have with 500 (kubernetes/kubernetes#139253). */
const INVALID_APPLY = /failed to create typed (patch|live) object/;
