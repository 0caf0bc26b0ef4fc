import {
  withDefaults,
  type AppNetwork,
} from '@app-network/backstage-plugin-app-network-common';
import type { PlatformFacts } from '../../platform/facts';
import { renderExposure } from './exposure';
import { renderPolicies } from './policies';
import type { Rendered, RenderInput } from './types';
import { unsupportedFields } from './unsupported';

/**
 * Everything that an AppNetwork becomes on a platform. Pure: the same arguments give the same result, whatever the order of lists that have
 * none. A part that can't be rendered as asked is a problem; the other parts are rendered.
 */
export function render(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  input: RenderInput,
): Rendered {
  const complete = withDefaults(appNetwork);
  const { gatewayRoutes, ...exposure } = renderExposure(complete, facts, input);
  const policies = renderPolicies(
    complete,
    facts,
    gatewayRoutes,
    input.serviceAccounts ?? [],
  );
  return {
    ...exposure,
    objects: [...policies.objects, ...exposure.objects],
    problems: [
      ...exposure.problems,
      ...policies.problems,
      ...unsupportedFields(complete),
    ],
  };
}
