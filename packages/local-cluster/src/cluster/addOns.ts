import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { UserError } from './errors.ts';
import { waitFor, type ApiServer } from './apiServer.ts';
import type { Layout, NodeBuild } from './layout.ts';
import { DNS_SERVICE_ADDRESS, POD_RANGE } from './network.ts';
import { calicoApplied } from './processes.ts';

/** Calico's CRDs and settings, cluster DNS, and the roles of our own components, applied to the cluster. */
export async function applyAddOns(
  api: ApiServer,
  layout: Layout,
): Promise<void> {
  const cloud = await manifest('cloud-controller-manager.yaml');
  const { node } = layout;
  if (!node) {
    await apply(layout, [cloud]);
    return;
  }
  const crds = await Promise.all(
    node.calicoCrds.map(path => readFile(path, 'utf8')),
  );
  await apply(layout, [
    ...crds,
    cloud,
    await manifest('calico-roles.yaml'),
    await manifest('coredns.yaml', {
      IMAGE: coreDnsImage(node),
      CLUSTER_IP: DNS_SERVICE_ADDRESS,
    }),
  ]);
  // A kind is served some moments after its definition.
  const served = await waitFor(async () => {
    const list = await api.get<{ resources: Array<{ name: string }> }>(
      '/apis/crd.projectcalico.org/v1',
    );
    const names = list?.resources.map(({ name }) => name) ?? [];
    return ['ippools', 'clusterinformations'].every(n => names.includes(n));
  }, 30_000);
  if (!served) {
    throw new UserError(
      "The API server does not serve Calico's kinds 30 s after their definitions: see `logs kube-apiserver`.",
    );
  }
  await apply(layout, [await manifest('calico.yaml', { POD_RANGE })]);
  await writeFile(calicoApplied(layout), '');
}

function coreDnsImage(node: NodeBuild): string {
  const image = node.images.find(({ reference }) =>
    /\/coredns[:/]/.test(reference),
  );
  if (!image) {
    throw new Error('the build has no CoreDNS image');
  }
  return image.reference;
}

async function manifest(
  name: string,
  values: Record<string, string> = {},
): Promise<string> {
  const text = await readFile(
    new URL(`../../manifests/${name}`, import.meta.url),
    'utf8',
  );
  return text.replaceAll(/\$\{(\w+)\}/g, (placeholder, key: string) => {
    const value = values[key];
    if (value === undefined) {
      throw new Error(
        `manifests/${name}: nothing to put in for ${placeholder}`,
      );
    }
    return value;
  });
}

function apply({ built, paths }: Layout, documents: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const kubectl = spawn(
      built.kubectl,
      [
        `--kubeconfig=${paths.kubeconfig}`,
        'apply',
        '--server-side',
        '--force-conflicts',
        '--field-manager=local-cluster',
        '--validate=false',
        '--filename=-',
      ],
      { stdio: ['pipe', 'ignore', 'pipe'] },
    );
    let complaint = '';
    kubectl.stderr.setEncoding('utf8');
    kubectl.stderr.on('data', (chunk: string) => (complaint += chunk));
    kubectl.on('error', reject);
    kubectl.on('close', code =>
      code === 0
        ? resolve()
        : reject(new UserError(`kubectl apply failed: ${complaint.trim()}`)),
    );
    kubectl.stdin.on('error', () => undefined); // kubectl's own message says more
    kubectl.stdin.end(documents.join('\n---\n'));
  });
}
