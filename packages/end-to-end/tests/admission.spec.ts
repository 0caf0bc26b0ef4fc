import { expect, test } from '@playwright/test';
import {
  apply,
  kubectl,
  kubectlOutput,
  localCluster,
  type LocalCluster,
} from '../src/cluster.ts';
import { deleteNamespaces, namespace } from '../src/connections.ts';
import { platformCondition } from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';

const NAMESPACE = 'admission-shop';
const NEIGHBOUR = 'admission-neighbour';
const HOSTNAME = 'shop.admission.example.test';

test.describe.configure({ mode: 'serial' });

test.describe('Whoever writes an object with kubectl', () => {
  let cluster: LocalCluster;

  test.beforeAll(async () => {
    cluster = await localCluster(CLUSTER_NAME);
    await apply(cluster, [namespace(NAMESPACE), namespace(NEIGHBOUR)]);
    await apply(cluster, [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { namespace: NAMESPACE, name: 'shop' },
        spec: {
          selector: { app: 'shop' },
          ports: [
            { name: 'http', port: 80 },
            { name: 'metrics', port: 9090 },
          ],
        },
      },
    ]);
  });

  test.afterAll(() => deleteNamespaces(cluster, [NAMESPACE, NEIGHBOUR]));

  test('has it checked by the backend', async () => {
    await expect
      .poll(() => platformCondition(cluster, 'AdmissionReady'))
      .toMatchObject({ status: 'True', reason: 'Reachable' });
  });

  test('is told at once of what is not there yet, and the object is kept', async () => {
    const { stderr } = await write(
      appNetwork('first', { rules: [backend({ name: 'soon', port: 80 })] }),
    );
    expect(stderr).toMatch(/^Warning: .*soon/);
    expect(await names()).toEqual(['first']);
  });

  for (const { what, object, says } of [
    {
      what: 'the hostname of another',
      object: appNetwork('second', {}, NEIGHBOUR),
      says: [
        `spec.hostnames`,
        HOSTNAME,
        `AppNetwork first in namespace ${NAMESPACE}`,
      ],
    },
    {
      what: 'a hostname that is none',
      object: appNetwork('second', { hostnames: ['not a name'] }),
      says: [
        'spec.hostnames[0]: ',
        'not a name is no hostname that a gateway serves: it must be labels of a to z',
      ],
    },
    {
      what: 'no hostname at all',
      object: appNetwork('second', { hostnames: [''] }),
      says: ['spec.hostnames[0]: ', 'at least 1 chars long'],
    },
    {
      what: 'passthrough with a path',
      object: appNetwork('second', {
        hostnames: ['b.admission.example.test'],
        tls: { mode: 'Passthrough' },
        rules: [{ matches: [{ path: { value: '/a' } }] }],
      }),
      says: [
        'spec.rules: ',
        'rules[0].matches cannot be used with tls.mode Passthrough',
        'remove the matches, or have the gateway decrypt it with tls.mode Terminate',
      ],
    },
    {
      what: 'a path that no request has',
      object: appNetwork('second', {
        hostnames: ['b.admission.example.test'],
        rules: [{ matches: [{ path: { value: '//' } }] }],
      }),
      says: [
        'spec.rules[0].matches[0].path.value: ',
        'path.value // must have neither //',
      ],
    },
    {
      what: 'a cookie for the hostnames of others',
      object: appNetwork('second', {
        hostnames: ['b.admission.example.test'],
        rules: [
          {
            sessionPersistence: {
              sessionName: 'sid',
              path: '/; Domain=example.test',
            },
          },
        ],
      }),
      says: [
        'spec.rules[0].sessionPersistence.path: ',
        'path /; Domain=example.test must be the path of a cookie',
      ],
    },
    {
      what: 'a certificate of its own without a hostname',
      object: appNetwork('second', {
        hostnames: undefined,
        tls: { certificateRef: { name: 'mine' } },
      }),
      says: [
        'spec.tls.certificateRef: ',
        'tls.certificateRef mine needs hostnames',
        'list in hostnames what it is for, or leave certificateRef away',
      ],
    },
    {
      what: 'a backend without a port where the Service has two',
      object: appNetwork('second', {
        hostnames: ['b.admission.example.test'],
        rules: [backend({ name: 'shop' })],
      }),
      says: ['spec.rules[0].backendRefs[0]', '80', '9090'],
    },
    {
      what: 'a regular expression that is none',
      object: appNetwork('second', {
        hostnames: ['b.admission.example.test'],
        rules: [
          { matches: [{ path: { type: 'RegularExpression', value: '/(' } }] },
        ],
      }),
      says: ['spec.rules[0].matches[0].path.value', '/('],
    },
    {
      what: 'a field that there is not',
      object: appNetwork('second', { hostname: 'b.admission.example.test' }),
      says: ['unknown field "spec.hostname"'],
    },
    {
      what: "a namespace of the platform's own",
      object: appNetwork(
        'second',
        { hostnames: ['b.admission.example.test'] },
        'istio-system',
      ),
      says: ['metadata.namespace: ', 'istio-system'],
    },
  ]) {
    test(`is refused ${what}`, async () => {
      const error = await write(object).then(
        () => undefined,
        ({ stderr }: { stderr: string }) => stderr,
      );
      for (const part of says) {
        expect(error).toContain(part);
      }
      expect(await names()).toEqual(['first']);
    });
  }

  async function write(object: object): Promise<{ stderr: string }> {
    return kubectlOutput(
      cluster,
      ['apply', '--filename', '-'],
      JSON.stringify(object),
    );
  }

  async function names(): Promise<string[]> {
    const printed = await kubectl(cluster, [
      ...['get', 'appnetworks', '--namespace', NAMESPACE],
      ...['--output', 'jsonpath={.items[*].metadata.name}'],
    ]);
    return printed.split(' ');
  }
});

function appNetwork(
  name: string,
  spec: object,
  inNamespace = NAMESPACE,
): object {
  return {
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'AppNetwork',
    metadata: { namespace: inNamespace, name },
    spec: { hostnames: [HOSTNAME], ...spec },
  };
}

function backend(backendRef: object): object {
  return { backendRefs: [backendRef] };
}
