import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'The manifests of a folder that fetch:template has made',
    example: stringify({
      steps: [
        {
          id: 'deploy',
          name: 'Run it',
          action: 'app-network:deploy',
          input: { namespace: 'shop', path: './manifests' },
        },
      ],
    }),
  },
  {
    description: 'One of several clusters, with more time for a large image',
    example: stringify({
      steps: [
        {
          id: 'deploy',
          name: 'Run it',
          action: 'app-network:deploy',
          input: {
            cluster: 'production',
            path: './manifests',
            timeout: { minutes: 15 },
          },
        },
      ],
    }),
  },
];
