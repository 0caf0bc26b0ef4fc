import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { IPeerAuthentication } from '@kubernetes-models/istio/security.istio.io/v1/PeerAuthentication';
import { PEER_AUTHENTICATION } from './kinds';
import { objectMeta } from './metadata';
import { sortedPorts } from './ports';
import { podLabels } from './selector';

/**
 * The Istio PeerAuthentication that lets plaintext in at some ports of the pods; at the others what the mesh says holds. Undefined where no
 * port is permissive.
 */
export function renderPeerAuthentication(
  appNetwork: AppNetwork,
): (IPeerAuthentication & KubernetesObject) | undefined {
  const ports = appNetwork.spec?.mesh?.permissivePorts ?? [];
  return ports.length === 0
    ? undefined
    : {
        ...PEER_AUTHENTICATION,
        metadata: objectMeta(appNetwork),
        spec: {
          selector: { matchLabels: podLabels(appNetwork) },
          portLevelMtls: Object.fromEntries(
            sortedPorts(ports).map(port => [port, { mode: 'PERMISSIVE' }]),
          ),
        },
      };
}
