import {
  customResourceDefinitions,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { parseAllDocuments } from 'yaml';
import { gatewayApiDefinitions } from '../application/testing/gatewayApiDefinitions';
import { upstreamDefinitions } from '../application/testing/upstreamDefinitions';
import { installCustomResourceDefinitions } from '../engine/crds';
import { importNetworks } from '../import/import';
import { importCaseNames, readImportCase } from '../import/testing/importCases';
import {
  connectToTestCluster,
  testCluster,
  type TestConnection,
} from '../testing/cluster';
import { importCommand } from './import';

jest.setTimeout(60_000);

let test: TestConnection;
let namespace: string;

beforeAll(async () => {
  test = await connectToTestCluster();
  const problems = await installCustomResourceDefinitions(
    test.cluster.client,
    [
      ...customResourceDefinitions(),
      ...(await upstreamDefinitions()),
      ...(await gatewayApiDefinitions()),
    ],
    new AbortController().signal,
  );
  if (problems.length > 0) {
    throw new Error(problems.join('\n'));
  }
  namespace = await test.createNamespace();
}, 900_000);

afterAll(() => test.close());

/** An object of a case, in the test's namespace in place of the case's. */
const moved = <T>(object: T): T =>
  JSON.parse(
    JSON.stringify(object)
      .replaceAll('"namespace":"shop"', `"namespace":"${namespace}"`)
      .replaceAll('.shop.svc.', `.${namespace}.svc.`),
  );

describe('an imported AppNetwork', () => {
  it.each(importCaseNames())('is taken by the API server: %s', async name => {
    const { appNetworks } = importNetworks(readImportCase(name));
    const taken = appNetworks.map(appNetwork =>
      test.cluster.client.apply(moved(appNetwork), {
        dryRun: true,
        fieldManager: 'test',
      }),
    );
    await expect(Promise.all(taken)).resolves.toHaveLength(taken.length);
  });
});

describe('npm run import with a cluster', () => {
  it.each([
    'ingress-port-by-name',
    'istio',
    'istio-paths',
    'http-route',
    'http-route-matches',
    'http-route-weights',
    'http-route-redirect-to-https',
  ])(
    'makes of a namespace what it makes of the same objects in a file: %s',
    async name => {
      const objects = moved(readImportCase(name));
      for (const object of objects) {
        await test.cluster.client.apply(object, {
          fieldManager: 'test',
          force: true,
        });
      }
      const { kubeconfig, context } = await testCluster();
      let out = '';
      let err = '';
      const code = await importCommand(
        [
          ...['--kubeconfig', kubeconfig, '--context', context],
          ...['--namespace', namespace],
        ],
        {
          out: text => {
            out += text;
          },
          err: text => {
            err += text;
          },
        },
      );
      const expected = importNetworks(objects);
      expect(code).toBe(0);
      expect(
        parseAllDocuments(out).map(
          document => document.toJS() as KubernetesObject,
        ),
      ).toEqual(expected.appNetworks);
      expect(err.trim().split('\n').filter(Boolean)).toHaveLength(
        expected.notKept.length,
      );
      for (const { apiVersion, kind, metadata } of objects) {
        await test.cluster.client.delete({
          apiVersion,
          kind,
          namespace,
          name: metadata.name,
        });
      }
    },
  );
});
