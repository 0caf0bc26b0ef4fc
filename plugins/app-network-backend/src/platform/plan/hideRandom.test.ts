import { hideRandom, RANDOM_VALUE } from './hideRandom';

describe('hideRandom', () => {
  it('replaces just what two renderings of the same chart make of their own', () => {
    const rendering = (password: string) => [
      {
        source: 'chart/templates/secret.yaml',
        object: {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'admin', labels: { same: 'a' } },
          data: { password, user: 'cm9vdA==' },
          list: [password, 'b'],
        },
      },
    ];
    expect(hideRandom(rendering('x'), rendering('y'))[0].object).toMatchObject({
      metadata: { labels: { same: 'a' } },
      data: { password: RANDOM_VALUE, user: 'cm9vdA==' },
      list: [RANDOM_VALUE, 'b'],
    });
  });
});
