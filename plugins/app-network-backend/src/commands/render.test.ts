import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { createMockDirectory } from '@backstage/backend-test-utils';
import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { parseAllDocuments } from 'yaml';
import { renderCommand } from './render';

const PLATFORM = `
apiVersion: app-network.io/v1alpha1
kind: NetworkPlatform
metadata: { name: default }
status:
  ingress:
    applications: { addresses: [{ type: IPAddress, value: 203.0.113.7 }] }
`;

const SERVICE = `
apiVersion: v1
kind: Service
metadata: { name: shop, namespace: shop }
spec:
  selector: { app.kubernetes.io/name: shop }
  ports: [{ port: 8080 }]
`;

const appNetwork = (name: string, spec = '{}') => `
apiVersion: app-network.io/v1alpha1
kind: AppNetwork
metadata: { name: ${name}, namespace: shop }
spec: ${spec}
`;

const files = createMockDirectory();

/** Renders documents of a file. */
async function run(documents: string[], ...options: string[]) {
  files.setContent({ 'in.yaml': documents.join('---') });
  let out = '';
  let err = '';
  const code = await renderCommand([files.resolve('in.yaml'), ...options], {
    out: text => {
      out += text;
    },
    err: text => {
      err += text;
    },
  });
  return { code, out, err, objects: parsed(out) };
}

function parsed(text: string): KubernetesObject[] {
  return parseAllDocuments(text).map(document => document.toJS());
}

const names = (objects: KubernetesObject[]) =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);

describe('npm run render', () => {
  it('prints what an AppNetwork becomes on a platform from a file', async () => {
    const { code, err, objects } = await run([
      PLATFORM,
      SERVICE,
      appNetwork('shop'),
    ]);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(names(objects)).toEqual([
      'NetworkPolicy shop',
      'AuthorizationPolicy shop',
      'DestinationRule shop.shop',
      'Certificate shop-shop-tls',
      'Gateway shop',
      'VirtualService shop',
    ]);
    for (const { metadata } of objects) {
      expect(metadata.labels).toEqual({
        'app.kubernetes.io/managed-by': 'app-network',
        'app-network.io/owner': 'shop.shop',
      });
    }
  });

  it('renders all AppNetworks of a file, and counts one among the others', async () => {
    const spec = '{ hostnames: [a.example.com] }';
    const { code, err, objects } = await run([
      PLATFORM,
      SERVICE,
      appNetwork('shop', spec),
      appNetwork('too-late', spec),
    ]);
    expect(names(objects)).toEqual(
      expect.arrayContaining(['Gateway shop', 'NetworkPolicy too-late']),
    );
    expect(names(objects)).not.toContain('Gateway too-late');
    expect(code).toBe(1);
    expect(err).toContain(
      'AppNetwork shop/too-late, GatewayReady HostnameTaken: spec.hostnames: hostname a.example.com belongs to AppNetwork shop in namespace shop',
    );
  });

  it('takes service accounts from the workloads of the file', async () => {
    const { out } = await run([
      PLATFORM,
      SERVICE,
      appNetwork('shop'),
      `
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop, namespace: shop }
spec:
  template:
    metadata: { labels: { app.kubernetes.io/name: shop } }
    spec: { serviceAccountName: shopkeeper }
`,
    ]);
    expect(out).toContain('cluster.local/ns/shop/sa/shopkeeper');
  });

  it('leaves out an AppNetwork that no API server would take, says why, and renders the others', async () => {
    const { code, err, objects } = await run([
      PLATFORM,
      SERVICE,
      appNetwork('shop'),
      appNetwork(
        'bad',
        '{ hostname: a.example.com, tls: { mode: Off }, rules: [{ backendRefs: [{ name: shop, port: 0 }] }] }',
      ),
    ]);
    expect(code).toBe(1);
    expect(err.trim().split('\n')).toEqual([
      'AppNetwork shop/bad, spec.hostname: there is no such field',
      'AppNetwork shop/bad, spec.tls.mode: found "Off", expected one of Terminate, Passthrough',
      'AppNetwork shop/bad, spec.rules[0].backendRefs[0].port: found 0, must be >= 1',
    ]);
    expect(names(objects)).toContain('Gateway shop');
    expect(names(objects)).not.toContain('NetworkPolicy bad');
  });

  it('quotes what YAML 1.1, which kubectl reads, takes for something else than text', async () => {
    const { out } = await run([
      PLATFORM,
      SERVICE,
      appNetwork(
        'shop',
        '{ rules: [{ matches: [{ headers: [{ name: x-a, value: "yes" }] }] }] }',
      ),
    ]);
    expect(out).toContain('exact: "yes"');
  });

  it('writes a file for each AppNetwork into a folder', async () => {
    const { out, code } = await run(
      [PLATFORM, SERVICE, appNetwork('shop'), appNetwork('other')],
      '--output',
      files.resolve('rendered'),
    );
    expect(out).toBe('');
    expect(code).toBe(1);
    const read = (name: string) =>
      names(parsed(readFileSync(files.resolve('rendered', name), 'utf8')));
    expect(read('shop.shop.yaml')).toContain('Gateway shop');
    expect(read('shop.other.yaml')).toContain('Gateway other');
  });

  it.each([
    [
      'no platform',
      [SERVICE, appNetwork('shop')],
      /There is no NetworkPlatform default in the files.*--context/,
    ],
    ['broken YAML', [PLATFORM, 'kind: ['], /in\.yaml, line \d+, column \d+/],
  ])('refuses a file with %s', async (_, documents, message) => {
    await expect(run(documents)).rejects.toThrow(message);
  });

  it('says what to give where nothing is given', async () => {
    const nowhere = { out: () => {}, err: () => {} };
    await expect(renderCommand([], nowhere)).rejects.toThrow(
      'npm run --silent render -- FILE...',
    );
    await expect(renderCommand(['--context', 'x'], nowhere)).rejects.toThrow(
      'npm run --silent render -- FILE...',
    );
  });

  it('runs as a command, and gives its exit code', async () => {
    files.setContent({ 'in.yaml': [PLATFORM, appNetwork('shop')].join('---') });
    const main = resolvePackagePath(
      '@app-network/backstage-plugin-app-network-backend',
      'src/commands/main.ts',
    );
    const command = promisify(execFile)(
      process.execPath,
      [
        '--require',
        '@backstage/cli/config/nodeTransform.cjs',
        main,
        'render',
        'in.yaml',
      ],
      {
        cwd: join(main, '../..'),
        env: { ...process.env, INIT_CWD: files.path },
      },
    );
    await expect(command).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('kind: NetworkPolicy'),
      stderr: expect.stringContaining('BackendNotFound'),
    });
  }, 120_000);
});
