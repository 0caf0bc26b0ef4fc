import {
  withDefaults,
  type AppNetwork,
  type NetworkPlatform,
  type NetworkPlatformSpec,
} from '@app-network/backstage-plugin-app-network-common';
import { wantedHostnames } from '../application/render/hostnames';
import { platformIssuer } from './certificates/platformIssuer';
import { reservedFor } from './components/platformNamespaces';
import { platformFacts } from './facts';
import { renderIssuer } from './render/issuer';
import { hostnameProblem } from './systemComponents/hostname';

/**
 * What is wrong with a NetworkPlatform whatever the rest of the cluster is like: what its rows and its system components say of the spec
 * alone, and the AppNetworks that would lose their place to it.
 */
export function platformProblems(
  platform: NetworkPlatform,
  appNetworks: readonly AppNetwork[],
): string[] {
  const { spec = {} } = withDefaults(platform);
  return [
    ...certificateProblems(spec),
    ...(spec.systemComponents ?? []).flatMap(
      component => hostnameProblem(spec, component) ?? [],
    ),
    ...appNetworks.flatMap(appNetwork => displaced(appNetwork, platform)),
  ];
}

function certificateProblems(spec: NetworkPlatformSpec): string[] {
  return renderIssuer(spec, {
    givenCa: undefined,
    issuer: platformIssuer(spec, undefined),
    issuersNamed: [],
  }).problems;
}

/** What an AppNetwork has, and is not to have any more. */
function displaced(
  appNetwork: AppNetwork,
  platform: NetworkPlatform,
): string[] {
  const facts = platformFacts(platform);
  const { namespace = '', name } = appNetwork.metadata;
  const hostnames = wantedHostnames(appNetwork, facts) ?? [];
  return [
    ...(reservedFor(namespace, facts.namespaces) === 'the network platform'
      ? [
          `spec.components: namespace ${namespace} would be the network platform's, and AppNetwork ${name} is in it. Choose another namespace, or delete that AppNetwork.`,
        ]
      : []),
    ...hostnames
      .filter(hostname => facts.systemHostnames.includes(hostname))
      .map(
        hostname =>
          `spec.systemComponents: hostname ${hostname} is served for AppNetwork ${name} in namespace ${namespace}. Call the system component otherwise, or have that AppNetwork give up the hostname.`,
      ),
  ];
}
