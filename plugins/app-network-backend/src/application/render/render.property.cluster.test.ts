import {
  customResourceDefinitions,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import fc from 'fast-check';
import { installCustomResourceDefinitions } from '../../engine/crds';
import { findDifference } from '../../engine/difference';
import { withOwner } from '../../engine/reconcileOwned';
import {
  connectToTestCluster,
  type TestConnection,
} from '../../testing/cluster';
import {
  amongOthers,
  anyAppNetwork,
  inputOfAny,
} from '../__testUtils__/anyAppNetwork';
import { DEFAULT_FACTS } from '../testing/renderCases';
import { upstreamDefinitions } from '../testing/upstreamDefinitions';
import { render } from './render';

jest.setTimeout(600_000);

let test: TestConnection;
let namespace: string;

beforeAll(async () => {
  test = await connectToTestCluster();
  const problems = await installCustomResourceDefinitions(
    test.cluster.client,
    [...customResourceDefinitions(), ...(await upstreamDefinitions())],
    new AbortController().signal,
  );
  if (problems.length > 0) {
    throw new Error(problems.join('\n'));
  }
  namespace = await test.createNamespace();
});

afterAll(() => test.close());

describe('render', () => {
  it('makes of whatever the API server takes what it takes as well', async () => {
    const { client } = test.cluster;
    const input = await inputOfAny();
    const taken = async <T extends KubernetesObject>(object: T) => {
      const here = { ...object, metadata: { ...object.metadata, namespace } };
      return { here, made: await client.apply(here, { dryRun: true }) };
    };
    let rendered = 0;
    await fc.assert(
      fc.asyncProperty(anyAppNetwork, fc.boolean(), async (given, alone) => {
        await taken(given);
        const { objects } = render(
          given,
          DEFAULT_FACTS,
          alone ? input : amongOthers(given, input),
        );
        for (const { here, made } of await Promise.all(
          objects.map(object => taken(withOwner(object, 'shop.shop'))),
        )) {
          // Otherwise it would be written over and over.
          expect(findDifference(here, made)).toBeUndefined();
        }
        rendered += objects.length;
      }),
      { numRuns: 150 },
    );
    expect(rendered).toBeGreaterThan(500);
  });
});
