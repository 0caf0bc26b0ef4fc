import type { Config } from '@backstage/config';
import {
  readAdmission,
  withOwnPorts,
  type AdmissionConfig,
} from '../admission/config';

/** One entry of `appNetwork.clusters`. */
export interface ClusterConfig {
  name: string;
  /** Name for people; default: the name. */
  title: string;
  /** Where it stands in app-config, for messages: `appNetwork.clusters[0]`. */
  path: string;
  kubeconfig?: string;
  context?: string;
  url?: string;
  caData?: string;
  serviceAccountToken?: string;
  skipTLSVerify?: boolean;
  /** The admission webhook that this backend serves for it; absent where it is to have none. */
  admission?: AdmissionConfig;
  /** What is wrong with the entry, and what would be right; it is shown as the cluster's state, and the other clusters go on. */
  problem?: string;
}

/** Reads `appNetwork.clusters`; none is fine. An entry that is wrong is among them, with its problem. */
export function readClusters(config: Config): ClusterConfig[] {
  const entries = config.getOptional('appNetwork.clusters') ?? [];
  if (!Array.isArray(entries)) {
    return [
      {
        name: 'appNetwork.clusters',
        title: 'appNetwork.clusters',
        path: 'appNetwork.clusters',
        problem: `appNetwork.clusters in app-config is ${typeof entries}; it has to be a list of clusters, each with a name`,
      },
    ];
  }
  const names = new Set<string>();
  const clusters = entries.map((entry: unknown, index) => {
    const path = `appNetwork.clusters[${index}]`;
    const cluster = readCluster(entry, path);
    if (names.has(cluster.name)) {
      return {
        ...cluster,
        name: path,
        problem: `${path}.name: ${cluster.name} is the name of another cluster too; give each its own`,
      };
    }
    names.add(cluster.name);
    return cluster;
  });
  return withOwnPorts(clusters);
}

const STRINGS = [
  'name',
  'title',
  'kubeconfig',
  'context',
  'url',
  'caData',
  'serviceAccountToken',
] as const;

function readCluster(entry: unknown, path: string): ClusterConfig {
  const problems: string[] = [];
  const fields: Partial<Record<string, unknown>> =
    typeof entry === 'object' && entry !== null ? { ...entry } : {};
  const strings: Partial<Record<(typeof STRINGS)[number], string>> = {};
  for (const field of STRINGS) {
    const value = fields[field];
    if (typeof value === 'string' && value) {
      strings[field] = value;
    } else if (value !== undefined && value !== null) {
      problems.push(
        `${path}.${field}: has to be a text that is not empty, and is ${
          // A token of digits alone is a number to YAML, and a token all the same.
          field === 'serviceAccountToken' && value !== ''
            ? typeof value
            : JSON.stringify(value)
        }`,
      );
    }
  }
  const { skipTLSVerify, admission } = fields;
  if (skipTLSVerify !== undefined && typeof skipTLSVerify !== 'boolean') {
    problems.push(`${path}.skipTLSVerify: has to be true or false`);
  }
  if (!strings.name) {
    problems.push(`${path}.name: is missing; give the cluster a name`);
  }
  if (strings.url && (strings.kubeconfig || strings.context)) {
    problems.push(
      `${path}: has both url and kubeconfig or context; a cluster is reached either by its url or by a kubeconfig`,
    );
  }
  const name = strings.name ?? path;
  return {
    ...strings,
    name,
    title: strings.title ?? name,
    path,
    skipTLSVerify: skipTLSVerify === true,
    ...(admission === undefined || admission === null
      ? {}
      : { admission: readAdmission(admission, `${path}.admission`) }),
    ...(problems.length > 0 ? { problem: problems.join('; ') } : {}),
  };
}
