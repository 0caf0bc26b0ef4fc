import type { TSchema } from '@sinclair/typebox';
import { appNetworkSchema } from './appNetwork';
import { MANAGED_BY, MANAGED_BY_LABEL } from './labels';
import { API_GROUP, type KubernetesObject } from './meta';
import { networkPlatformSchema } from './networkPlatform';

/** A CustomResourceDefinition, as far as this project builds it. @public */
export interface CustomResourceDefinition extends KubernetesObject {
  apiVersion: 'apiextensions.k8s.io/v1';
  kind: 'CustomResourceDefinition';
  spec: Record<string, unknown>;
}

interface PrinterColumn {
  name: string;
  type: 'string' | 'date' | 'integer';
  jsonPath: string;
  description: string;
  priority?: number;
}

const age: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'When it was created.',
};

const condition = (type: string) => ({
  status: `.status.conditions[?(@.type=="${type}")].status`,
  message: `.status.conditions[?(@.type=="${type}")].message`,
});

/**
 * The CustomResourceDefinitions of both kinds, ready to be applied to a cluster.
 * @public
 */
export function customResourceDefinitions(): CustomResourceDefinition[] {
  return [
    definition({
      kind: 'AppNetwork',
      plural: 'appnetworks',
      shortNames: ['anet'],
      scope: 'Namespaced',
      schema: appNetworkSchema,
      columns: [
        {
          name: 'Ready',
          type: 'string',
          jsonPath: condition('Ready').status,
          description: 'Whether everything it asks for is served.',
        },
        {
          name: 'URL',
          type: 'string',
          jsonPath: '.status.urls[0]',
          description: 'Where to reach it.',
        },
        {
          name: 'Message',
          type: 'string',
          jsonPath: condition('Ready').message,
          description: 'Why it is ready or not.',
          priority: 1,
        },
        age,
      ],
    }),
    definition({
      kind: 'NetworkPlatform',
      plural: 'networkplatforms',
      shortNames: [],
      scope: 'Cluster',
      schema: networkPlatformSchema,
      columns: [
        {
          name: 'Phase',
          type: 'string',
          jsonPath: '.status.phase',
          description: 'The sum of the components.',
        },
        {
          name: 'Profile',
          type: 'string',
          jsonPath: '.spec.profile',
          description: 'Where defaults come from.',
        },
        {
          name: 'Address',
          type: 'string',
          jsonPath: '.status.ingress.applications.addresses[0].value',
          description: 'Where applications are reached.',
        },
        {
          name: 'Message',
          type: 'string',
          jsonPath: condition('Ready').message,
          description: 'Why it is ready or not.',
          priority: 1,
        },
        age,
      ],
    }),
  ];
}

function definition(options: {
  kind: string;
  plural: string;
  shortNames: string[];
  scope: 'Namespaced' | 'Cluster';
  schema: TSchema;
  columns: PrinterColumn[];
}): CustomResourceDefinition {
  const { kind, plural, shortNames, scope, schema, columns } = options;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${API_GROUP}`,
      labels: { [MANAGED_BY_LABEL]: MANAGED_BY },
    },
    spec: {
      group: API_GROUP,
      scope,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        ...(shortNames.length > 0 ? { shortNames } : {}),
        categories: ['app-network'],
      },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns,
          schema: { openAPIV3Schema: openApiSchema(schema) },
        },
      ],
    },
  };
}

/** TypeBox keeps its own marks under symbols; JSON drops them, and what is left is the OpenAPI schema. */
function openApiSchema(schema: TSchema): Record<string, unknown> {
  const plain = JSON.parse(JSON.stringify(schema));
  return {
    ...plain,
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      ...plain.properties,
    },
  };
}
