/** `appNetwork.clusters[].admission`: how a cluster's API server reaches the admission webhook that this backend serves. */
export interface AdmissionConfig {
  /** Origin of the webhook, such as https://portal.example.com:9443. */
  url?: string;
  /** Service of the cluster that leads to it. */
  service?: { namespace: string; name: string; port: number };
  /** Where this backend listens. */
  listen: { host?: string; port: number };
  failurePolicy: 'Ignore' | 'Fail';
  timeoutSeconds: number;
  /** What is wrong with it, and what would be right; then there is no webhook. */
  problem?: string;
}

const DEFAULT_PORT = 9443;

const DEFAULT_TIMEOUT_SECONDS = 5;

/**
 * Reads `admission` of an entry of `appNetwork.clusters`.
 *
 * @param path - where it stands in app-config, for messages
 */
export function readAdmission(value: unknown, path: string): AdmissionConfig {
  const problems: string[] = [];
  const wrong = (field: string, expected: string, found: unknown) =>
    problems.push(
      `${path}${field}: has to be ${expected}, and is ${JSON.stringify(found)}`,
    );
  const objectAt = (found: unknown, field: string): Fields => {
    if (typeof found === 'object' && found !== null && !Array.isArray(found)) {
      return { ...found };
    }
    if (found !== undefined) {
      wrong(field, 'an object', found);
    }
    return {};
  };
  const textAt = (fields: Fields, at: string, field: string) => {
    const found = fields[field];
    if (typeof found === 'string' && found) {
      return found;
    }
    if (found !== undefined) {
      wrong(`${at}.${field}`, 'a text that is not empty', found);
    }
    return undefined;
  };
  const numberAt = (
    [fields, at]: [Fields, string],
    field: string,
    [otherwise, min, max]: [number, number, number],
  ) => {
    const found = fields[field] ?? otherwise;
    if (
      typeof found === 'number' &&
      Number.isInteger(found) &&
      found >= min &&
      found <= max
    ) {
      return found;
    }
    wrong(`${at}.${field}`, `a whole number from ${min} to ${max}`, found);
    return otherwise;
  };

  const fields = objectAt(value, '');
  const url = textAt(fields, '', 'url');
  if (url && !isOrigin(url)) {
    wrong(
      '.url',
      'like https://host:9443, without a user, a path or a query',
      url,
    );
  }
  const service = objectAt(fields.service, '.service');
  const namespace = textAt(service, '.service', 'namespace');
  const name = textAt(service, '.service', 'name');
  if (fields.service !== undefined && !(namespace && name)) {
    problems.push(`${path}.service: needs namespace and name`);
  }
  if (url && fields.service !== undefined) {
    problems.push(
      `${path}: has both url and service; the API server reaches the webhook either by its URL or by a Service`,
    );
  }
  const listen = objectAt(fields.listen, '.listen');
  const host = textAt(listen, '.listen', 'host');
  const { failurePolicy = 'Ignore' } = fields;
  if (failurePolicy !== 'Ignore' && failurePolicy !== 'Fail') {
    wrong('.failurePolicy', 'Ignore or Fail', failurePolicy);
  }
  return {
    ...(url ? { url } : {}),
    ...(namespace && name
      ? {
          service: {
            namespace,
            name,
            port: numberAt([service, '.service'], 'port', [443, 1, 65535]),
          },
        }
      : {}),
    listen: {
      ...(host ? { host } : {}),
      port: numberAt([listen, '.listen'], 'port', [DEFAULT_PORT, 1, 65535]),
    },
    failurePolicy: failurePolicy === 'Fail' ? 'Fail' : 'Ignore',
    timeoutSeconds: numberAt([fields, ''], 'timeoutSeconds', [
      DEFAULT_TIMEOUT_SECONDS,
      1,
      30,
    ]),
    ...(problems.length > 0 ? { problem: problems.join('; ') } : {}),
  };
}

type Fields = Record<string, unknown>;

/** The API server takes no user, query or fragment in a webhook's URL, and the path is ours. */
function isOrigin(url: string): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed?.protocol === 'https:' && parsed.href === `${parsed.origin}/`;
}

/** Clusters that would listen on one port: the second has a problem, for each has certificates of its own. */
export function withOwnPorts<
  T extends { path: string; admission?: AdmissionConfig },
>(clusters: readonly T[]): T[] {
  const users = new Map<string, string>();
  return clusters.map(cluster => {
    const { path, admission } = cluster;
    if (!admission || admission.problem) {
      return cluster;
    }
    const { host = 'all addresses', port } = admission.listen;
    const key = `${host} ${port}`;
    const user = users.get(key);
    if (user === undefined) {
      users.set(key, path);
      return cluster;
    }
    return {
      ...cluster,
      admission: {
        ...admission,
        problem: `${path}.admission.listen.port: ${port} is that of ${user} too; give each cluster its own`,
      },
    };
  });
}
