import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'A service at a generated hostname, on the only cluster',
    example: stringify({
      steps: [
        {
          id: 'expose',
          name: 'Put it on the network',
          action: 'app-network:expose',
          input: { namespace: 'shop', name: 'shop' },
        },
      ],
    }),
  },
  {
    description:
      'A hostname of your own, one Service of several, and one caller in the cluster',
    example: stringify({
      steps: [
        {
          id: 'expose',
          name: 'Put it on the network',
          action: 'app-network:expose',
          input: {
            cluster: 'production',
            namespace: 'shop',
            name: 'shop',
            entityRef: 'component:default/shop',
            hostnames: ['shop.example.com'],
            service: 'shop',
            port: 8080,
            access: [{ namespace: 'checkout', serviceAccount: 'cart' }],
            timeout: { minutes: 10 },
          },
        },
      ],
    }),
  },
  {
    description: 'Two backends by path, outside the mesh',
    example: stringify({
      steps: [
        {
          id: 'expose',
          name: 'Put it on the network',
          action: 'app-network:expose',
          input: {
            namespace: 'shop',
            name: 'shop',
            mesh: false,
            rules: [
              {
                matches: [{ path: { value: '/api' } }],
                backendRefs: [{ name: 'api', port: 8080 }],
              },
              { backendRefs: [{ name: 'web', port: 8080 }] },
            ],
          },
        },
      ],
    }),
  },
];
