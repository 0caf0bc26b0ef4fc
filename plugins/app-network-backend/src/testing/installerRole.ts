import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseAllDocuments, stringify } from 'yaml';
import { apiGroup } from '../engine/objects';
import { CERT_MANAGER_LEASES } from '../platform/uninstall/leftovers';
import { OCCUPYING_KINDS } from '../platform/uninstall/occupants';
import type { HelmRelease } from '../platform/components/types';
import type { PolicyRule, RbacObject } from './portalAccount';

const RBAC = { apiVersion: 'rbac.authorization.k8s.io/v1' } as const;

/** What Helm does with an object of a chart, and what waits until it is gone. */
const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'watch'];

/** Kinds without namespace that charts bring. */
const CLUSTER_KINDS = [
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
];

/**
 * The least that Helm needs to install releases: to write the objects of their charts, those with a namespace in that alone; and all that the
 * charts' own roles allow, for Kubernetes lets nobody grant what they do not have. (The verb `escalate` would be the other way. It can't be
 * narrowed to some roles on a create, which names none, and who has it may do everything.)
 *
 * @param releases - with charts in the file system
 */
export async function installerRole(
  name: string,
  helm: string,
  releases: readonly HelmRelease[],
): Promise<RbacObject[]> {
  const rendered = await Promise.all(
    releases.map(async release =>
      (
        await render(helm, release)
      ).map(object => ({
        ...object,
        metadata: {
          ...object.metadata,
          namespace: CLUSTER_KINDS.includes(object.kind)
            ? undefined
            : object.metadata.namespace ?? release.namespace,
        },
      })),
    ),
  );
  const objects = rendered.flat();
  const own = [...new Set(releases.map(({ namespace }) => namespace))];
  const namespaces = [
    ...new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? [])),
  ].sort();
  return [
    ...own.sort().map(namespace => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    })),
    role(name, undefined, [
      // What is planned and approved in the portal is made and deleted by it.
      {
        apiGroups: ['app-network.io'],
        resources: ['networkplatforms'],
        verbs: ['create', 'delete'],
      },
      ...UNINSTALLING,
      ...rulesFor(objects.filter(({ metadata }) => !metadata.namespace)),
    ]),
    ...namespaces.map(namespace =>
      role(name, namespace, [
        ...(own.includes(namespace)
          ? [{ apiGroups: [''], resources: ['secrets'], verbs: HISTORY_VERBS }]
          : []),
        ...rulesFor(
          objects.filter(({ metadata }) => metadata.namespace === namespace),
        ),
      ]),
    ),
    binding(name, undefined),
    ...namespaces.map(namespace => binding(name, namespace)),
  ];
}

/** To make the namespaces of releases and to remove them where nothing is in them, and what components leave behind. */
const UNINSTALLING: PolicyRule[] = [
  {
    apiGroups: [''],
    resources: ['namespaces'],
    verbs: ['create', 'delete', 'get', 'list'],
  },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['delete', 'list'] },
  {
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    resourceNames: CERT_MANAGER_LEASES,
    verbs: ['delete'],
  },
  ...OCCUPYING_KINDS.map(({ apiVersion, kind }) => ({
    apiGroups: [apiGroup(apiVersion)],
    resources: [pluralOf(kind)],
    verbs: ['list'],
  })),
];

/** What Helm does with the Secrets in which it keeps the history of a release. */
const HISTORY_VERBS = ['create', 'delete', 'get', 'list', 'update'];

async function render(
  helm: string,
  { release, source, namespace, values }: HelmRelease,
): Promise<RbacObject[]> {
  const running = promisify(execFile)(
    helm,
    [
      ...['template', release, source.path ?? '', '--namespace', namespace],
      // NGINX's schema of values is on the web.
      ...['--include-crds', '--skip-schema-validation', '--values', '-'],
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  running.child.stdin?.end(stringify(values));
  return parseAllDocuments((await running).stdout)
    .map(document => document.toJS() as RbacObject | null)
    .filter(object => object !== null);
}

/** To write objects, and to grant what those of them that are roles grant. */
function rulesFor(objects: RbacObject[]): PolicyRule[] {
  return [
    ...objects.map(({ apiVersion, kind }) => ({
      apiGroups: [apiVersion.includes('/') ? apiVersion.split('/')[0] : ''],
      resources: [pluralOf(kind)],
      verbs: VERBS,
    })),
    ...objects.flatMap(({ rules = [] }) => rules),
  ];
}

function pluralOf(kind: string): string {
  const name = kind.toLocaleLowerCase('en-US');
  if (name.endsWith('y')) {
    return `${name.slice(0, -1)}ies`;
  }
  return name.endsWith('s') ? `${name}es` : `${name}s`;
}

function role(
  name: string,
  namespace: string | undefined,
  rules: PolicyRule[],
): RbacObject {
  return {
    ...RBAC,
    kind: namespace ? 'Role' : 'ClusterRole',
    metadata: { ...(namespace ? { namespace } : {}), name },
    rules: merged(rules),
  };
}

function binding(name: string, namespace: string | undefined): RbacObject {
  return {
    ...RBAC,
    kind: namespace ? 'RoleBinding' : 'ClusterRoleBinding',
    metadata: { ...(namespace ? { namespace } : {}), name },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: namespace ? 'Role' : 'ClusterRole',
      name,
    },
    subjects: [
      { kind: 'ServiceAccount', name: 'portal', namespace: 'app-network' },
    ],
  } as RbacObject;
}

/** The same rights in as few rules as can be read: resources of a group that have the same verbs stand together. */
function merged(rules: PolicyRule[]): PolicyRule[] {
  const verbs = new Map<string, Set<string>>();
  for (const {
    apiGroups = [],
    resources = [],
    resourceNames,
    ...rest
  } of rules) {
    for (const group of apiGroups) {
      for (const resource of resources) {
        const key = JSON.stringify([group, resourceNames ?? [], resource]);
        verbs.set(key, new Set([...(verbs.get(key) ?? []), ...rest.verbs]));
      }
    }
  }
  const byVerbs = new Map<string, PolicyRule>();
  for (const key of [...verbs.keys()].sort()) {
    const [group, resourceNames, resource] = JSON.parse(key) as [
      string,
      string[],
      string,
    ];
    const allowed = [...(verbs.get(key) ?? [])].sort();
    const shared = JSON.stringify([group, resourceNames, allowed]);
    const rule = byVerbs.get(shared) ?? {
      apiGroups: [group],
      resources: [],
      ...(resourceNames.length > 0 ? { resourceNames } : {}),
      verbs: allowed,
    };
    byVerbs.set(shared, {
      ...rule,
      resources: [...(rule.resources ?? []), resource],
    });
  }
  return [...byVerbs.values()];
}
