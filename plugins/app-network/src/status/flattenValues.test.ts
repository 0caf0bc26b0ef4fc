import { flattenValues } from './flattenValues';

describe('flattenValues', () => {
  it('says of each value where it comes from, and what it replaced', () => {
    expect(
      flattenValues({
        profile: { replicas: 1, service: { type: 'LoadBalancer' }, keep: {} },
        user: {
          replicas: 3,
          service: { annotations: { team: 'a' } },
          list: [1],
        },
        merged: {
          replicas: 3,
          service: { type: 'LoadBalancer', annotations: { team: 'a' } },
          keep: {},
          list: [1],
        },
      }),
    ).toEqual([
      { path: 'replicas', value: '3', origin: 'user', replaced: '1' },
      { path: 'service.type', value: '"LoadBalancer"', origin: 'profile' },
      { path: 'service.annotations.team', value: '"a"', origin: 'user' },
      { path: 'keep', value: '{}', origin: 'profile' },
      { path: 'list', value: '[1]', origin: 'user' },
    ]);
  });
});
