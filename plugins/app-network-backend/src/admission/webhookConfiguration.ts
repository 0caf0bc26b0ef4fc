import { isDeepStrictEqual } from 'node:util';
import {
  API_VERSION,
  MANAGED_BY,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { AdmissionConfig } from './config';

export const WEBHOOK_CONFIGURATION = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
};

export const WEBHOOK_CONFIGURATION_NAME = 'app-network';

/** Where on its origin the webhook is. */
export const WEBHOOK_PATH = '/validate';

/** Label of objects that only ask whether the webhook answers; none is created. */
export const PROBE_LABEL = 'app-network.io/admission-probe';

/** The webhook by which the API server is asked to call us. */
const PROBE_NAME = 'probe.admission.app-network.io';

/** The webhook that checks objects. */
const VALIDATE_NAME = 'validate.admission.app-network.io';

/** How the API server reaches the webhook (admissionregistration.k8s.io/v1, WebhookClientConfig). */
export type ClientConfig =
  | { url: string }
  | {
      service: { namespace: string; name: string; port: number; path: string };
    };

export interface ValidatingWebhookConfiguration extends KubernetesObject {
  webhooks?: {
    name: string;
    clientConfig: ClientConfig & { caBundle?: string };
  }[];
}

/** Of what is written, that which is ours to check: what a deletion or a change of metadata needs must not wait for us. */
const MATCH_CONDITIONS = [
  {
    name: 'is-kept',
    expression: '!has(object.metadata.deletionTimestamp)',
  },
  {
    name: 'spec-is-new',
    expression:
      'oldObject == null || !has(oldObject.spec) || !has(object.spec) || oldObject.spec != object.spec',
  },
];

/**
 * Two webhooks of one server: the one checks objects, the other is called for objects with {@link PROBE_LABEL} alone, and fails where it can't
 * be called, so that the API server tells why.
 */
export function webhookConfiguration(options: {
  clientConfig: ClientConfig;
  /** CAs, PEM. */
  authorities: readonly string[];
  config: Pick<AdmissionConfig, 'failurePolicy' | 'timeoutSeconds'>;
  /** Whether objects are checked; where not, the webhook is only tried. */
  validates: boolean;
}): ValidatingWebhookConfiguration {
  const { clientConfig, authorities, config, validates } = options;
  const caBundle = Buffer.from(authorities.join('')).toString('base64');
  const [apiGroup, apiVersion] = API_VERSION.split('/');
  const webhook = (
    name: string,
    rule: { operations: string[]; resources: string[] },
    probes: boolean,
  ) => ({
    name,
    clientConfig: { ...clientConfig, caBundle },
    rules: [
      { apiGroups: [apiGroup], apiVersions: [apiVersion], scope: '*', ...rule },
    ],
    timeoutSeconds: config.timeoutSeconds,
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    ...(probes
      ? {
          failurePolicy: 'Fail',
          objectSelector: {
            matchExpressions: [{ key: PROBE_LABEL, operator: 'Exists' }],
          },
        }
      : {
          failurePolicy: config.failurePolicy,
          matchConditions: MATCH_CONDITIONS,
        }),
  });
  return {
    ...WEBHOOK_CONFIGURATION,
    metadata: { name: WEBHOOK_CONFIGURATION_NAME },
    webhooks: [
      webhook(
        PROBE_NAME,
        { operations: ['CREATE'], resources: ['appnetworks'] },
        true,
      ),
      ...(validates
        ? [
            webhook(
              VALIDATE_NAME,
              {
                operations: ['CREATE', 'UPDATE'],
                resources: ['appnetworks', 'networkplatforms'],
              },
              false,
            ),
          ]
        : []),
    ],
  };
}

/** Since when every webhook is to trust a CA (PEM), in milliseconds since 1970; undefined where one is not. */
export function trustedSince(
  configuration: ValidatingWebhookConfiguration | undefined,
  authority: string,
): number | undefined {
  const { webhooks = [], metadata } = configuration ?? {};
  const isTrusted = webhooks.every(({ clientConfig: { caBundle = '' } }) =>
    Buffer.from(caBundle, 'base64').toString().includes(authority),
  );
  // The last change of what we applied; the CAs came with it or before.
  const { time } =
    metadata?.managedFields?.find(
      ({ manager, operation }) =>
        manager === MANAGED_BY && operation === 'Apply',
    ) ?? {};
  return isTrusted && time ? Date.parse(time) : undefined;
}

/** Whether objects are checked by what is reached in this way. */
export function validatesBy(
  configuration: ValidatingWebhookConfiguration | undefined,
  clientConfig: ClientConfig,
): boolean {
  const webhook = configuration?.webhooks?.find(
    ({ name }) => name === VALIDATE_NAME,
  );
  const { caBundle: _, ...live } = webhook?.clientConfig ?? {};
  return isDeepStrictEqual(live, clientConfig);
}
