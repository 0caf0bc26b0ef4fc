import { platformNamespaces } from '../platform/components/platformNamespaces';
import { planWorkload } from './workload';

function deployment(podSpec: object) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { template: { spec: podSpec } },
  };
}

const container = (fields: object) => ({
  containers: [{ name: 'web', image: 'web', ...fields }],
});

describe('planWorkload', () => {
  it.each(['istio-system', 'cert-manager', 'kube-system'])(
    'refuses namespace %s, also to make it',
    namespace => {
      for (const manifest of [
        deployment({}),
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      ]) {
        expect(() =>
          planWorkload(
            { namespace, manifests: [manifest] },
            platformNamespaces(),
          ),
        ).toThrow(
          new RegExp(`‘${namespace}’ belongs to the (cluster|network)`),
        );
      }
    },
  );

  it.each([
    ['hostNetwork is true', { hostNetwork: true }],
    ['hostPID is true', { hostPID: true }],
    ['hostIPC is true', { hostIPC: true }],
    [
      'volumes[1].hostPath is set',
      { volumes: [{ emptyDir: {} }, { hostPath: { path: '/' } }] },
    ],
    [
      'containers[0].securityContext.privileged is true',
      container({ securityContext: { privileged: true } }),
    ],
    [
      'initContainers[0].securityContext.privileged is true',
      { initContainers: [{ securityContext: { privileged: true } }] },
    ],
    [
      'capabilities.add has SYS_ADMIN,',
      container({
        securityContext: { capabilities: { add: ['CHOWN', 'SYS_ADMIN'] } },
      }),
    ],
    [
      'containers[0].ports[0].hostPort is set',
      container({ ports: [{ containerPort: 80, hostPort: 80 }] }),
    ],
  ])('refuses pods that get the node: %s', (found, podSpec) => {
    expect(() =>
      planWorkload(
        { namespace: 'shop', manifests: [deployment(podSpec)] },
        platformNamespaces(),
      ),
    ).toThrow(`manifests[0], Deployment web: spec.template.spec.`);
    expect(() =>
      planWorkload(
        { namespace: 'shop', manifests: [deployment(podSpec)] },
        platformNamespaces(),
      ),
    ).toThrow(found);
  });

  it('takes what Baseline allows', () => {
    const podSpec = {
      ...container({
        ports: [{ containerPort: 8080 }],
        securityContext: {
          privileged: false,
          capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
        },
      }),
      volumes: [{ name: 'tmp', emptyDir: {} }],
      hostNetwork: false,
    };
    expect(
      planWorkload(
        { namespace: 'shop', manifests: [deployment(podSpec)] },
        platformNamespaces(),
      ),
    ).toHaveLength(1);
  });
});
