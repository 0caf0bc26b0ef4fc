import { CustomErrorBase, isError } from '@backstage/errors';

/** What an API server answers instead of an object (metav1.Status). */
export interface KubernetesStatus {
  message?: string;
  reason?: string;
  code?: number;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    retryAfterSeconds?: number;
    causes?: { reason?: string; message?: string; field?: string }[];
  };
}

/** What a call was for, for people: `apply of Gateway shop/shop to cluster dev`. */
export interface KubernetesCall {
  /** The name of the cluster in app-config. */
  cluster: string;
  /** What was done, such as `get`, `list`, `apply`. */
  verb: string;
  /** What it was done to, such as `Gateway shop/shop`. */
  object: string;
}

/**
 * A call to an API server that failed. The message names the call, the object, the cluster, and what the API server said, or why it could
 * not be reached.
 */
export class KubernetesError extends CustomErrorBase {
  name = 'KubernetesError' as const;
  readonly call: KubernetesCall;
  /** The HTTP status; undefined where there was no answer. */
  readonly statusCode: number | undefined;
  readonly status: KubernetesStatus;
  /** The cluster doesn't have the kind. */
  readonly kindMissing: boolean;

  constructor(
    call: KubernetesCall,
    failure: {
      statusCode?: number;
      status: KubernetesStatus;
      kindMissing?: boolean;
      cause?: unknown;
    },
  ) {
    const { statusCode, status, kindMissing = false, cause } = failure;
    super(
      `${call.verb} of ${call.object} failed on cluster ${call.cluster}: ${
        statusCode ? `${statusCode} ` : ''
      }${status.message ?? status.reason ?? 'no message'}`,
      cause,
    );
    this.call = call;
    this.statusCode = statusCode;
    this.status = status;
    this.kindMissing = kindMissing;
  }

  /** There is no such object (or no such kind). */
  get notFound(): boolean {
    return this.statusCode === 404;
  }

  /** The namespace that the object should be in does not exist. */
  get namespaceMissing(): boolean {
    return this.notFound && this.status.details?.kind === 'namespaces';
  }

  /** Somebody else changed the object first, owns the field, or has the name. */
  get conflict(): boolean {
    return this.statusCode === 409;
  }

  /** The credentials are not allowed to do it (403), or not known (401). */
  get forbidden(): boolean {
    return this.statusCode === 403 || this.statusCode === 401;
  }

  /**
   * A watch can't go on from its resource version, which is too old (410) or, where the API server's data were restored, too new; list
   * again.
   */
  get expired(): boolean {
    return (
      this.statusCode === 410 ||
      this.status.details?.causes?.some(
        ({ reason }) => reason === 'ResourceVersionTooLarge',
      ) === true
    );
  }

  /** The API server gave no answer, or is not able to give one now (429, 502, 503, 504). */
  get unreachable(): boolean {
    return (
      this.statusCode === undefined ||
      [429, 502, 503, 504].includes(this.statusCode)
    );
  }
}

/** Whether a value is a {@link KubernetesError}, of this copy of the package or another. */
export function isKubernetesError(value: unknown): value is KubernetesError {
  return isError(value) && value.name === 'KubernetesError';
}
