import { randomBytes } from 'node:crypto';
import type {
  CustomResourceDefinition,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { KindRef } from '../engine/types';

/** A kind of a test's own. */
export interface Thing extends KubernetesObject {
  spec?: {
    text?: string;
    number?: number;
    /** Atomic, as in Istio's kinds. */
    list?: { name: string; values?: string[] }[];
    /** The same, with a default that the API server puts into its items. */
    defaulted?: { name: string; number?: number }[];
    /** With keys, as in Kubernetes' own kinds. */
    map?: { name: string; value?: string }[];
    set?: string[];
    empty?: object;
  };
  status?: { text?: string };
}

/** A CustomResourceDefinition with an API group that no other test has. */
export function thingDefinition(): {
  kind: KindRef;
  definition: CustomResourceDefinition;
} {
  const group = `test-${randomBytes(4).toString('hex')}.example.com`;
  const text = { type: 'string' };
  return {
    kind: { apiVersion: `${group}/v1`, kind: 'Thing' },
    definition: {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `things.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { kind: 'Thing', plural: 'things' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            subresources: { status: {} },
            schema: {
              openAPIV3Schema: object({
                spec: object({
                  text,
                  number: { type: 'integer', default: 1 },
                  list: array(object({ name: text, values: array(text) })),
                  defaulted: array(
                    object({
                      name: text,
                      number: { type: 'integer', default: 1 },
                    }),
                  ),
                  map: {
                    ...array({
                      ...object({ name: text, value: text }),
                      required: ['name'],
                    }),
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                  },
                  set: { ...array(text), 'x-kubernetes-list-type': 'set' },
                  empty: object({ text }),
                }),
                status: object({ text }),
              }),
            },
          },
        ],
      },
    },
  };
}

const object = (properties: Record<string, unknown>) => ({
  type: 'object',
  properties,
});

const array = (items: unknown) => ({ type: 'array', items });
