import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Take a service off the network',
    example: stringify({
      steps: [
        {
          id: 'delete',
          name: 'Take it off the network',
          action: 'app-network:delete',
          input: { namespace: 'shop', name: 'shop' },
        },
      ],
    }),
  },
];
