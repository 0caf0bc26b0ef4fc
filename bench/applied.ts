import type { KubernetesObject } from '../packages/end-to-end/src/cluster.ts';

/** An object as it was applied, without what the API server and other controllers added. */
export function applied(object: KubernetesObject): KubernetesObject {
  const { apiVersion, kind, metadata, ...rest } = object;
  const { name, namespace, labels, annotations } = metadata;
  const { status: _, ...content } = rest as { status?: unknown };
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace && { namespace }),
      ...(labels && { labels }),
      ...(annotations && { annotations }),
    },
    ...content,
  };
}
