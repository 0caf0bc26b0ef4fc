import {
  withDefaults,
  type AppNetwork,
} from '@app-network/backstage-plugin-app-network-common';
import { reservedFor } from '../../platform/components/platformNamespaces';
import type { PlatformFacts } from '../../platform/facts';
import { renderEgress } from './egress/egress';
import { renderExposure } from './exposure';
import { renderPolicies } from './policies';
import type { Problem, Rendered, RenderInput } from './types';

/**
 * Everything that an AppNetwork becomes on a platform. Pure: the same arguments give the same result, whatever the order of lists that have
 * none. A part that can't be rendered as asked is a problem; the other parts are rendered.
 */
export function render(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  input: RenderInput,
): Rendered {
  const misplaced = misplacement(appNetwork, facts);
  if (misplaced.length > 0) {
    return {
      objects: [],
      retained: [],
      hostnames: [],
      routes: [],
      problems: misplaced,
    };
  }
  const complete = withDefaults(appNetwork);
  const { gatewayRoutes, ...exposure } = renderExposure(complete, facts, input);
  const policies = renderPolicies(
    complete,
    facts,
    gatewayRoutes,
    input.serviceAccounts ?? [],
  );
  const egress = renderEgress(complete, facts, input.neighbours ?? []);
  return {
    ...exposure,
    objects: [...policies.objects, ...egress.objects, ...exposure.objects],
    problems: [...exposure.problems, ...policies.problems, ...egress.problems],
  };
}

/** The pods of the platform and of the cluster are nobody's application: a policy on them could cut off every other. */
function misplacement(
  { metadata: { namespace = '' } }: AppNetwork,
  facts: PlatformFacts,
): Problem[] {
  const owner = reservedFor(namespace, facts.namespaces);
  return owner
    ? (['GatewayReady', 'PolicyReady'] as const).map(condition => ({
        condition,
        reason: 'ReservedNamespace',
        message: `metadata.namespace: namespace ${namespace} belongs to ${owner}, where no application is. Choose another; what the platform team runs is put on the network with spec.systemComponents of the NetworkPlatform.`,
        certain: true,
      }))
    : [];
}
