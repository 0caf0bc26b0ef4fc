import { randomUUID } from 'node:crypto';
import { API_VERSION } from '@app-network/backstage-plugin-app-network-common';
import { isKubernetesError } from '../engine/errors';
import type { KubernetesClient } from '../engine/types';
import { PROBE_LABEL } from './webhookConfiguration';

/** What came of having the API server call the webhook. */
export type ProbeResult =
  /** It answered. */
  | { state: 'Reachable' }
  /** The API server doesn't know of the webhook yet. */
  | { state: 'NotCalled' }
  /** Why the API server can't call it, or can't be asked to, for people. */
  | { state: 'Unreachable' | 'NotTried'; message: string };

/**
 * Has the API server call the webhook: asks it to create an AppNetwork, without keeping it, that the webhook refuses.
 *
 * @param namespace - one that exists
 */
export async function probeWebhook(
  client: KubernetesClient,
  namespace: string,
): Promise<ProbeResult> {
  const nonce = randomUUID();
  try {
    await client.create(
      {
        apiVersion: API_VERSION,
        kind: 'AppNetwork',
        metadata: {
          namespace,
          name: 'admission-probe',
          labels: { [PROBE_LABEL]: nonce },
        },
      },
      { dryRun: true },
    );
    return { state: 'NotCalled' };
  } catch (error) {
    if (!isKubernetesError(error)) {
      throw error;
    }
    const { message = '' } = error.status;
    if (message.includes(probeAnswer(nonce))) {
      return { state: 'Reachable' };
    }
    // What the API server says of a webhook that it could not call (k8s.io/apiserver/pkg/admission/plugin/webhook/errors.go and validating/dispatcher.go).
    const [, cause] =
      /failed calling webhook "[^"]*": (.*)/s.exec(message) ?? [];
    return cause
      ? { state: 'Unreachable', message: cause }
      : { state: 'NotTried', message: error.message };
  }
}

/** How the webhook refuses an object with {@link PROBE_LABEL}. */
export function probeAnswer(nonce: string): string {
  return `admission probe ${nonce} answered`;
}

/** What to look at, by what the API server says. */
export function advice(cause: string): string {
  const [, text] =
    ADVICE.find(([pattern]) => pattern.test(cause)) ?? DEFAULT_ADVICE;
  return text;
}

const ADVICE: [RegExp, string][] = [
  [
    /connection refused/,
    'Nothing listens there: see whether it is the host and port at which the backend listens (admission.listen), and the backend’s log.',
  ],
  [
    /deadline exceeded|i\/o timeout|no route to host/i,
    'The API server gets no answer from there: let it through in firewalls and NetworkPolicies.',
  ],
  [
    /no such host/,
    'The API server can’t resolve that name: use one that it can, or an address.',
  ],
  [
    /service "[^"]*" not found|no endpoints available|no service port/,
    'See whether admission.service names the Service of the backend, and its port.',
  ],
  [
    /x509|tls:/,
    'Something else than the webhook answers there with a certificate of its own: pass TLS through to the backend.',
  ],
];

const DEFAULT_ADVICE = [
  undefined,
  'See whether the API server reaches the backend as admission in app-config says, and the backend’s log.',
] as const;
