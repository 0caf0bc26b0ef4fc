import { ResponseError } from '@backstage/errors';

/** An error as a person reads it: what failed, and what to do. */
export interface ErrorDescription {
  title: string;
  description: string;
  /** Whether trying again can help. */
  retryable: boolean;
}

/**
 * Tells why the backend did not answer.
 *
 * @param again - what happens next where trying again can help
 */
export function describeError(
  error: unknown,
  again = 'This page tries again by itself',
): ErrorDescription {
  if (!(error instanceof ResponseError)) {
    return {
      title: 'The portal’s backend cannot be reached',
      description: `It may be starting, or your connection is interrupted. ${again}. (${messageOf(
        error,
      )})`,
      retryable: true,
    };
  }
  switch (error.statusCode) {
    case 401:
      return {
        title: 'You are signed out',
        description: 'Sign in again, then reload this page.',
        retryable: false,
      };
    case 403:
      return {
        title: 'You are not allowed to do this',
        description: `Ask an administrator of the portal for the permission that is missing. (${messageOf(
          error,
        )})`,
        retryable: false,
      };
    case 404:
      return {
        title: 'The backend does not know this',
        description: `Either it is gone, or the App Network backend plugin is not installed in this portal. (${messageOf(
          error,
        )})`,
        retryable: false,
      };
    default:
      return {
        title: 'The portal’s backend answered with an error',
        description: `${messageOf(
          error,
        )}. ${again}; the backend’s log has the details.`,
        retryable: true,
      };
  }
}

function messageOf(error: unknown): string {
  if (error instanceof ResponseError) {
    return error.cause.message || error.message;
  }
  return error instanceof Error ? error.message : String(error);
}
