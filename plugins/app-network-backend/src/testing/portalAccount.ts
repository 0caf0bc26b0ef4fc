import { readFileSync, writeFileSync } from 'node:fs';
import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { KubeConfig } from '@kubernetes/client-node';
import { parseAllDocuments, stringify } from 'yaml';
import { auditEvents, type AuditEvent } from './auditLog';
import type { TestCluster, TestConnection } from './cluster';

/** The service account of examples/rbac. */
const ACCOUNT = { namespace: 'app-network', name: 'portal' };

/** A rule of a role (rbac.authorization.k8s.io/v1, PolicyRule). */
export interface PolicyRule {
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
  verbs: string[];
}

/** What is read of a Role or ClusterRole, and of their bindings. */
export type RbacObject = KubernetesObject & {
  rules?: PolicyRule[];
  roleRef?: { kind: string; name: string };
};

/** The objects of a file of examples/rbac. */
export function rbacExample(file: string): RbacObject[] {
  const text = readFileSync(rbacExamplePath(file), 'utf8');
  return parseAllDocuments(text).map(document => document.toJS());
}

/** `UPDATE_GOLDEN=1` writes what is derived into the file below the comment that it begins with, for review; `npm run fix` formats it. */
export function updateRbacExample(file: string, objects: RbacObject[]): void {
  if (!process.env.UPDATE_GOLDEN) {
    return;
  }
  const text = readFileSync(rbacExamplePath(file), 'utf8');
  const [comment = ''] = /^(#.*\n)*/.exec(text) ?? [];
  const documents = objects.map(object =>
    stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }),
  );
  writeFileSync(rbacExamplePath(file), comment + documents.join('---\n'));
}

function rbacExamplePath(file: string): string {
  return resolvePackagePath(
    '@app-network/backstage-plugin-app-network-backend',
    '../../examples/rbac',
    file,
  );
}

/** How app-config names a cluster, with the token of the portal's service account, which has to be there. */
export async function clusterAsPortal(
  { connection }: TestConnection,
  { kubeconfig, context }: TestCluster,
): Promise<{ url: string; caData: string; serviceAccountToken: string }> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(kubeconfig);
  kubeConfig.setCurrentContext(context);
  const { server = '', caData = '' } = kubeConfig.getCurrentCluster() ?? {};
  const { namespace, name } = ACCOUNT;
  const { status } = await connection.request<{ status: { token: string } }>({
    call: { verb: 'create', object: 'token' },
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest' },
  });
  return { url: server, caData, serviceAccountToken: status.token };
}

/** What the portal's service account asked of the API server, each right once, such as `list apps/deployments`. */
export interface AskedFor {
  allowed: Set<string>;
  /** With the namespace, and the reason that the API server gave. */
  forbidden: Set<string>;
}

/** Reads from the API server's audit log what the portal's service account asked for. */
export async function askedFor(testCluster: TestCluster): Promise<AskedFor> {
  const asked: AskedFor = { allowed: new Set(), forbidden: new Set() };
  for (const event of await auditEvents(testCluster)) {
    const { namespace, name } = ACCOUNT;
    if (event.user.username === `system:serviceaccount:${namespace}:${name}`) {
      const right = `${event.verb} ${resourceOf(event)}`;
      const decision = event.annotations?.['authorization.k8s.io/decision'];
      if (decision === 'forbid') {
        asked.forbidden.add(right);
      } else {
        asked.allowed.add(right);
      }
      // Beyond the authorizer: what the account may not grant to others.
      if (decision === 'allow' && event.responseStatus?.code === 403) {
        asked.forbidden.add(`${right}: ${event.responseStatus.message}`);
      }
    }
  }
  return asked;
}

function resourceOf({ objectRef, requestURI }: AuditEvent): string {
  if (!objectRef) {
    return requestURI.replace(/\?.*/, '');
  }
  const { apiGroup, resource, subresource } = objectRef;
  return `${apiGroup ? `${apiGroup}/` : ''}${resource}${
    subresource ? `/${subresource}` : ''
  }`;
}

/** The rights of rules, as {@link askedFor} names them. */
export function rightsOf(rules: readonly PolicyRule[]): Set<string> {
  return new Set(
    rules.flatMap(({ apiGroups = [], resources = [], verbs }) =>
      apiGroups.flatMap(group =>
        resources.flatMap(resource =>
          verbs.map(verb => `${verb} ${group ? `${group}/` : ''}${resource}`),
        ),
      ),
    ),
  );
}
