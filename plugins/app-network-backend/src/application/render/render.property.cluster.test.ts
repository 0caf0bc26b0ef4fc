import { customResourceDefinitions } from '@app-network/backstage-plugin-app-network-common';
import fc from 'fast-check';
import { installCustomResourceDefinitions } from '../../engine/crds';
import { withOwner } from '../../engine/reconcileOwned';
import {
  connectToTestCluster,
  type TestConnection,
} from '../../testing/cluster';
import { anyAppNetwork, inputOfAny } from '../__testUtils__/anyAppNetwork';
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
    const taken = async (object: Parameters<typeof withOwner>[0]) => {
      const { metadata } = object;
      await client.apply(
        { ...object, metadata: { ...metadata, namespace } },
        { dryRun: true, fieldManager: 'dry-run' },
      );
    };
    let rendered = 0;
    await fc.assert(
      fc.asyncProperty(anyAppNetwork, async given => {
        await taken(given);
        const { objects } = render(given, DEFAULT_FACTS, input);
        await Promise.all(
          objects.map(object => taken(withOwner(object, 'shop.shop'))),
        );
        rendered += objects.length;
      }),
      { numRuns: 150 },
    );
    expect(rendered).toBeGreaterThan(500);
  });
});
