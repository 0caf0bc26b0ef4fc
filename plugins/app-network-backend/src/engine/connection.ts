import { isError } from '@backstage/errors';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';
import {
  isKubernetesError,
  KubernetesError,
  type KubernetesCall,
  type KubernetesStatus,
} from './errors';
import { openSession, type Session } from './session';

/** One request to an API server. */
export interface ApiRequest {
  call: Omit<KubernetesCall, 'cluster'>;
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the root of the API server, such as `/api/v1/namespaces`. */
  path: string;
  query?: Record<string, string | undefined>;
  body?: unknown;
  contentType?: string;
  accept?: string;
}

/** An API server, and who we are to it. */
export interface Connection {
  /** The name of the cluster in app-config. */
  readonly cluster: string;
  /** Sends a request and reads the answer, JSON or text. */
  request<T>(request: ApiRequest): Promise<T>;
  /** Sends a request whose answer goes on, and gives its lines as they come. */
  lines(
    request: ApiRequest & {
      signal: AbortSignal;
      /** The answer is there; its lines may come much later. */
      onOpen?: () => void;
    },
  ): AsyncGenerator<string>;
  /** Ends all requests that are under way. */
  close(): Promise<void>;
}

export interface ConnectionOptions {
  /** The name of the cluster in app-config, for messages. */
  cluster: string;
  /**
   * Reads the configuration. Called again when the API server doesn't know the credentials any more, because they may have been replaced
   * where they came from.
   */
  loadKubeConfig: () => KubeConfig;
  /** How long an answer may take, in milliseconds; default 30 seconds. */
  requestTimeoutMs?: number;
}

/**
 * Connects to the API server of a kubeconfig's current context. @kubernetes/client-node reads the kubeconfig and authenticates (tokens,
 * client certificates, exec plugins, OIDC, proxies); requests go through one agent that keeps its connections, which client-node's own
 * API classes make anew for each request.
 */
export function createConnection(options: ConnectionOptions): Connection {
  const { cluster, loadKubeConfig, requestTimeoutMs = 30_000 } = options;
  let kubeConfig: KubeConfig | undefined;
  let session: Session | undefined;
  let opening: Promise<Session> | undefined;
  let closed = false;

  const open = async (): Promise<Session> => {
    try {
      if (closed) {
        throw new Error('the connection is closed');
      }
      kubeConfig ??= loadKubeConfig();
      const previous = session;
      session = await openSession(kubeConfig, previous);
      if (closed) {
        await session.dispatcher.destroy();
      } else if (previous && previous.dispatcher !== session.dispatcher) {
        // Ends it after the requests and watches that are under way.
        void previous.dispatcher.close();
      }
      return session;
    } catch (error) {
      kubeConfig = undefined;
      throw error;
    }
  };

  /** Credentials are asked for anew now and then, for they may have a time of their own; connections stay as long as TLS is the same. */
  const currentSession = async (): Promise<Session> => {
    if (session && Date.now() < session.renewAt) {
      return session;
    }
    opening ??= open().finally(() => {
      opening = undefined;
    });
    return opening;
  };

  /** The API server doesn't know who we are any more; the credentials may have been replaced where they came from. */
  const renewCredentials = (used: Session) => {
    if (session === used) {
      session.renewAt = 0;
      kubeConfig = undefined;
    }
  };

  const send = async (
    request: ApiRequest,
    limits: Pick<Dispatcher.RequestOptions, 'bodyTimeout' | 'signal'>,
  ): Promise<Dispatcher.ResponseData> => {
    const call = { cluster, ...request.call };
    for (let attempt = 1; ; attempt++) {
      const used = await currentSession().catch(error => {
        throw unreachable(call, error);
      });
      const response = await used.dispatcher
        .request({
          origin: used.origin,
          path: used.basePath + request.path + queryString(request.query),
          method: request.method ?? 'GET',
          headers: {
            ...used.headers,
            accept: request.accept ?? 'application/json',
            ...(request.body === undefined
              ? {}
              : { 'content-type': request.contentType ?? 'application/json' }),
          },
          body:
            request.body === undefined
              ? undefined
              : JSON.stringify(request.body),
          headersTimeout: requestTimeoutMs,
          ...limits,
        })
        .catch(error => {
          throw unreachable(call, error);
        });
      if (response.statusCode === 401 && attempt === 1) {
        await response.body.dump();
        renewCredentials(used);
        continue;
      }
      if (response.statusCode >= 400) {
        throw await refused(call, response);
      }
      return response;
    }
  };

  return {
    cluster,
    async request<T>(request: ApiRequest): Promise<T> {
      const { body } = await send(request, { bodyTimeout: requestTimeoutMs });
      const text = await body.text().catch(error => {
        throw unreachable({ cluster, ...request.call }, error);
      });
      return parse(text) as T;
    },
    async *lines({ signal, onOpen, ...request }) {
      const { body } = await send(request, {
        signal,
        bodyTimeout: SILENCE_TIMEOUT_MS,
      });
      onOpen?.();
      try {
        yield* splitLines(body);
      } catch (error) {
        throw unreachable({ cluster, ...request.call }, error);
      }
    },
    async close() {
      closed = true;
      await session?.dispatcher.destroy();
    },
  };
}

/** A watch gets a bookmark about every minute. One that is silent for longer is dead, whatever TCP says. */
const SILENCE_TIMEOUT_MS = 150_000;

function queryString(query: ApiRequest['query'] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) {
      parameters.set(name, value);
    }
  }
  return parameters.size > 0 ? `?${parameters}` : '';
}

/** The API server answered, and the answer is no. */
async function refused(
  call: KubernetesCall,
  response: Dispatcher.ResponseData,
): Promise<KubernetesError> {
  const { statusCode } = response;
  const text = await response.body.text().catch(() => '');
  const answer = parse(text);
  const status: KubernetesStatus =
    typeof answer === 'object' && answer !== null
      ? answer
      : { message: text.trim() };
  return new KubernetesError(call, {
    statusCode,
    status,
    // A missing object is named in the details; a missing kind is a path that the API server doesn't serve.
    kindMissing: statusCode === 404 && !status.details?.name,
  });
}

/** There was no answer; says why, as far as the layers below say it. */
function unreachable(call: KubernetesCall, error: unknown): KubernetesError {
  if (isKubernetesError(error)) {
    return error;
  }
  return new KubernetesError(call, {
    status: { message: causes(error).join(': ') },
    cause: error,
  });
}

/** The messages of an error and of what caused it; Node's connection errors carry theirs two levels down. */
function causes(error: unknown): string[] {
  if (!isError(error)) {
    return [String(error)];
  }
  const inner =
    error instanceof AggregateError ? error.errors.at(-1) : error.cause;
  const message = error.message || String(error.code ?? error.name);
  return inner === undefined ? [message] : [message, ...causes(inner)];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function* splitLines(
  body: AsyncIterable<Buffer>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
