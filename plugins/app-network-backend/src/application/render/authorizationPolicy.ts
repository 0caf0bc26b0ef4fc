import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { IAuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1/AuthorizationPolicy';
import type { PlatformFacts } from '../../platform/facts';
import { accessEntries } from './access';
import { AUTHORIZATION_POLICY } from './kinds';
import { objectMeta } from './metadata';
import { gatewayPorts, sortedPorts } from './ports';
import type { Route } from './routes';
import { podLabels } from './selector';

type Rule = NonNullable<
  NonNullable<IAuthorizationPolicy['spec']>['rules']
>[number];

/**
 * The Istio AuthorizationPolicy on the pods: who may call them, everybody else being refused. Callers are known by the service account in
 * their certificate of the mesh; pods of the AppNetwork itself are those that run under a service account of its pods.
 *
 * @param routes - what the ingress gateway routes to the pods; empty where it is not to call them
 * @param serviceAccounts - of the pods
 */
export function renderAuthorizationPolicy(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  routes: readonly Route[],
  serviceAccounts: readonly string[],
): IAuthorizationPolicy & KubernetesObject {
  const namespace = appNetwork.metadata.namespace ?? '';
  const rules = [
    ...fromIngressGateway(facts, routes),
    ...fromOwnPods(facts, namespace, serviceAccounts),
    ...accessEntries(appNetwork).map(entry =>
      rule(
        entry.serviceAccount
          ? {
              principals: [
                principal(facts, entry.namespace, entry.serviceAccount),
              ],
            }
          : { namespaces: [entry.namespace] },
        entry.ports,
      ),
    ),
    ...fromScrapers(facts),
    ...toPermissivePorts(appNetwork),
  ];
  const matchLabels = podLabels(appNetwork);
  return {
    ...AUTHORIZATION_POLICY,
    metadata: objectMeta(appNetwork),
    spec: {
      ...(Object.keys(matchLabels).length > 0
        ? { selector: { matchLabels } }
        : {}),
      action: 'ALLOW',
      // Without a rule nobody is allowed (Istio, Authorization Policy: "allow-nothing").
      ...(rules.length > 0 ? { rules } : {}),
    },
  };
}

function fromIngressGateway(
  facts: PlatformFacts,
  routes: readonly Route[],
): Rule[] {
  const { namespace, serviceAccount } = facts.ingressGateway;
  return routes.some(({ backends }) => backends.length > 0)
    ? [
        rule(
          { principals: [principal(facts, namespace, serviceAccount)] },
          gatewayPorts(routes),
        ),
      ]
    : [];
}

function fromOwnPods(
  facts: PlatformFacts,
  namespace: string,
  serviceAccounts: readonly string[],
): Rule[] {
  const principals = [...new Set(serviceAccounts)]
    .sort()
    .map(serviceAccount => principal(facts, namespace, serviceAccount));
  return principals.length > 0 ? [rule({ principals })] : [];
}

function fromScrapers(facts: PlatformFacts): Rule[] {
  const namespaces = [
    ...new Set(facts.scrapers.map(({ namespace }) => namespace)),
  ].sort();
  return namespaces.length > 0 ? [rule({ namespaces })] : [];
}

/** Plaintext comes without a name, so that a port that accepts it can't ask for one. */
function toPermissivePorts(appNetwork: AppNetwork): Rule[] {
  const ports = appNetwork.spec?.mesh?.permissivePorts ?? [];
  return ports.length > 0 ? [rule(undefined, sortedPorts(ports))] : [];
}

function rule(
  source: { principals?: string[]; namespaces?: string[] } | undefined,
  ports?: readonly number[],
): Rule {
  return {
    ...(source ? { from: [{ source }] } : {}),
    ...(ports ? { to: [{ operation: { ports: ports.map(String) } }] } : {}),
  };
}

/** A service account as Istio writes its SPIFFE identity in policies. */
function principal(
  { trustDomain }: PlatformFacts,
  namespace: string,
  serviceAccount: string,
): string {
  return `${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}
