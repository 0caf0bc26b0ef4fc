import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import request from 'supertest';
import { appNetworkPlugin } from './plugin';

const clusters = async (appNetwork: object) => {
  const backend = await startTestBackend({
    features: [
      appNetworkPlugin,
      catalogServiceMock.factory(),
      mockServices.rootConfig.factory({ data: { appNetwork } as never }),
    ],
  });
  try {
    const { body } = await request(backend.server).get(
      '/api/app-network/clusters',
    );
    return body.items;
  } finally {
    await backend.stop();
  }
};

it('starts without any cluster', async () => {
  expect(await clusters({})).toEqual([]);
});

it('starts with clusters that are not there or make no sense, and says so', async () => {
  expect(
    await clusters({
      clusters: [
        { name: 'away', url: 'https://127.0.0.1:1' },
        { name: 'lost', kubeconfig: '/does/not/exist' },
        { title: 'no name' },
      ],
    }),
  ).toEqual([
    expect.objectContaining({
      name: 'away',
      state: expect.stringMatching(/^(Connecting|Unreachable)$/),
    }),
    expect.objectContaining({
      name: 'lost',
      message: expect.stringMatching(/\/does\/not\/exist/),
    }),
    expect.objectContaining({
      message: expect.stringMatching(/clusters\[2\]\.name: is missing/),
    }),
  ]);
});
