import type { Connection } from './connection';
import { isKubernetesError, KubernetesError } from './errors';
import { apiGroup, kindKey } from './objects';
import type { KindRef } from './types';

/** How a kind stands in the API server's paths. */
export interface Resource {
  /** The name in paths, such as `gateways`. */
  plural: string;
  namespaced: boolean;
}

/** Which kinds an API server has. */
export interface Discovery {
  /** @throws KubernetesError with `kindMissing` */
  find(kind: KindRef): Promise<Resource>;
  /** Looks anew, next time, for the kinds of an API group: they may have changed. */
  forget(group: string): void;
}

/** A kind that is missing is looked for again at most this often, in milliseconds. */
const RECHECK_MS = 250;

/** Asks an API server for its kinds, once for each API version; again when a kind is not among them. */
export function createDiscovery(connection: Connection): Discovery {
  const versions = new Map<
    string,
    { askedAt: number; resources: Promise<Map<string, Resource>> }
  >();

  const resources = (apiVersion: string) => {
    const known = versions.get(apiVersion);
    if (known) {
      return known;
    }
    const asked = {
      askedAt: Date.now(),
      resources: listResources(connection, apiVersion),
    };
    versions.set(apiVersion, asked);
    asked.resources.catch(() => {
      if (versions.get(apiVersion) === asked) {
        versions.delete(apiVersion);
      }
    });
    return asked;
  };

  return {
    async find(ref) {
      const { apiVersion, kind } = ref;
      const known = resources(apiVersion);
      let found = (await known.resources).get(kind);
      if (!found && known.askedAt + RECHECK_MS < Date.now()) {
        if (versions.get(apiVersion) === known) {
          versions.delete(apiVersion);
        }
        found = (await resources(apiVersion).resources).get(kind);
      }
      if (!found) {
        throw new KubernetesError(
          {
            cluster: connection.cluster,
            verb: 'discovery',
            object: kindKey(ref),
          },
          {
            status: {
              message: `the cluster has no kind ${kind} in ${apiVersion}; it comes with its CustomResourceDefinition`,
            },
            kindMissing: true,
            statusCode: 404,
          },
        );
      }
      return found;
    },
    forget(group) {
      for (const apiVersion of versions.keys()) {
        if (apiGroup(apiVersion) === group) {
          versions.delete(apiVersion);
        }
      }
    },
  };
}

interface ApiResourceList {
  resources: { name: string; kind: string; namespaced: boolean }[];
}

/** The kinds of an API version; none where the cluster doesn't serve it. */
async function listResources(
  connection: Connection,
  apiVersion: string,
): Promise<Map<string, Resource>> {
  try {
    const list = await connection.request<ApiResourceList>({
      call: { verb: 'discovery', object: apiVersion },
      path: versionPath(apiVersion),
    });
    return new Map(
      list.resources
        // The others are subresources, such as gateways/status.
        .filter(({ name }) => !name.includes('/'))
        .map(({ name, kind, namespaced }) => [
          kind,
          { plural: name, namespaced },
        ]),
    );
  } catch (error) {
    if (isKubernetesError(error) && error.notFound) {
      return new Map();
    }
    throw error;
  }
}

/** Where an API version is served: `/api/v1`, `/apis/<group>/<version>`. */
export function versionPath(apiVersion: string): string {
  return apiVersion.includes('/')
    ? `/apis/${apiVersion}`
    : `/api/${apiVersion}`;
}
