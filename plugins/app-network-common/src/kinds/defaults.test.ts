import type { AppNetwork } from './appNetwork';
import { withDefaults } from './defaults';

const appNetwork = (spec?: AppNetwork['spec']): AppNetwork => ({
  apiVersion: 'app-network.io/v1alpha1',
  kind: 'AppNetwork',
  metadata: { name: 'shop', namespace: 'shop' },
  spec,
});

describe('withDefaults', () => {
  it('fills in what the API server would', () => {
    const spec = withDefaults(
      appNetwork({
        tls: {},
        rules: [
          {
            matches: [{ path: { value: '/a' } }],
            backendRefs: [{ name: 'shop' }],
          },
        ],
      }),
    ).spec;
    expect(spec).toEqual({
      expose: true,
      tls: { mode: 'Terminate' },
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/a' } }],
          backendRefs: [{ name: 'shop', weight: 1 }],
        },
      ],
    });
  });

  it('reads an object without spec', () => {
    expect(withDefaults(appNetwork()).spec).toEqual({ expose: true });
  });

  it('leaves what it was given as it is', () => {
    const given = appNetwork({ tls: {} });
    withDefaults(given);
    expect(given.spec).toEqual({ tls: {} });
  });
});
