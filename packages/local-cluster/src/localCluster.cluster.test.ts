import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, webcrypto } from 'node:crypto';
import {
  access,
  mkdir,
  readFile,
  readdir,
  rm,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:https';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as x509 from '@peculiar/x509';
import { pack } from 'tar-stream';
import { parse } from 'yaml';
import type { ClusterStatus } from './commands/status.ts';

const CLI = fileURLToPath(new URL('./cli.ts', import.meta.url));
const FIRST = `t${process.pid}-one`;
const SECOND = `t${process.pid}-two`;
const FILES = join(tmpdir(), `${FIRST}-files`);

interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

/** Everything on the host that a cluster may leave behind. */
interface HostState {
  links: string;
  routes: string;
  mounts: string;
  packetFilter: string;
  cgroups: string[];
  processes: string[];
}

describe('a cluster with a node', { timeout: 300_000 }, () => {
  let untouched: HostState;
  let first: ClusterStatus;

  before(async () => {
    await mkdir(FILES);
    untouched = await hostState();
    await cluster('up', '--name', FIRST);
    first = await status(FIRST);
    await kubectl(first, 'apply', '--filename', await workloads());
    await kubectl(
      first,
      ...['wait', 'pod', '--all', '--all-namespaces', '--for=condition=Ready'],
      '--timeout=60s',
    );
  });

  after(async () => {
    await cluster('down', '--name', FIRST);
    await cluster('down', '--name', SECOND);
    await rm(FILES, { recursive: true });
  });

  test('status says where everything is', async () => {
    assert.equal(first.running, true);
    assert.equal(first.nodeRunning, true);
    const { stdout } = await cluster('kubeconfig', '--name', FIRST);
    assert.equal(stdout, `${first.kubeconfig}\n`);
    const platform = parse(
      await readFile(first.networkPlatform ?? '', 'utf8'),
    ) as { kind: string };
    assert.equal(platform.kind, 'NetworkPlatform');
    const names = first.components.map(({ name }) => name);
    for (const name of ['etcd', 'kube-apiserver', 'kubelet', 'felix']) {
      assert.ok(names.includes(name), name);
    }
    for (const { name, ready, pid, memoryBytes } of first.components) {
      assert.ok(ready, `${name} is ready`);
      assert.ok(memoryBytes > 0, `memory of ${name}`);
      await access(`/proc/${pid}`);
    }
  });

  test('up on a running cluster changes nothing', async () => {
    const { stderr } = await cluster('up', '--name', FIRST);
    assert.match(stderr, /is running already/);
    assert.deepEqual(pids(await status(FIRST)), pids(first));
  });

  test('logs and exec reach the pods', async () => {
    const reply = await agnhost(first, 'friend', 'web.shop:80');
    assert.equal(reply.code, 0, reply.stderr);
    const { stdout } = await kubectl(first, 'logs', '-n=shop', 'deploy/web');
    assert.match(stdout, /Started HTTP server on port 8080/);
  });

  test('a load balancer has an address that the host reaches, and gives it back', async () => {
    const address = await loadBalancer(first, 'web');
    assert.equal((await httpGet(address, '/hostname')).status, 200);
    await kubectl(first, 'delete', 'service', '-n=shop', 'web');
    await eventually(
      async () => (await httpGet(address, '/hostname')).status === 0,
    );
    await kubectl(first, 'apply', '--filename', await workloads());
    assert.equal(await loadBalancer(first, 'web'), address);
    await eventually(
      async () => (await httpGet(address, '/hostname')).status === 200,
    );
  });

  test('a NetworkPolicy lets in whom it names and nobody else', async () => {
    await eventually(async () => {
      const { code } = await agnhost(first, 'stranger', 'web.shop:80');
      return code === 0;
    });
    await kubectl(first, 'apply', '--filename', await policy());
    await eventually(async () => {
      const refused = await agnhost(first, 'stranger', 'web.shop:80');
      return refused.code !== 0 && refused.stderr.includes('TIMEOUT');
    });
    const allowed = await agnhost(first, 'friend', 'web.shop:80');
    assert.equal(allowed.code, 0, allowed.stderr);
    await kubectl(first, 'delete', '--filename', await policy());
    await eventually(async () => {
      const { code } = await agnhost(first, 'stranger', 'web.shop:80');
      return code === 0;
    });
  });

  test('the API server calls a webhook on the host', async () => {
    const host = first.hostAddress ?? '';
    const { authority, certificate, key } = await serverCertificate(host);
    const server = createServer(
      { cert: certificate, key },
      (request, reply) => {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => {
          const review = JSON.parse(body) as { request: { uid: string } };
          reply.end(
            JSON.stringify({
              apiVersion: 'admission.k8s.io/v1',
              kind: 'AdmissionReview',
              response: {
                uid: review.request.uid,
                allowed: false,
                status: { message: 'the host says no' },
              },
            }),
          );
        });
      },
    );
    await new Promise<void>(resolve => server.listen(0, host, resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const url = `https://${host}:${port}/`;
      await kubectl(
        first,
        ...['apply', '--filename'],
        await webhook(url, authority),
      );
      await eventually(async () => {
        const refused = await run(first.kubectl ?? '', [
          `--kubeconfig=${first.kubeconfig}`,
          ...[
            'create',
            'configmap',
            'refused',
            '-n=friend',
            '--dry-run=server',
          ],
        ]);
        return refused.stderr.includes('the host says no');
      });
    } finally {
      await kubectl(first, 'delete', 'validatingwebhookconfiguration', 'host');
      server.closeAllConnections();
      server.close();
    }
  });

  test('an image archive is loaded', async () => {
    const missing = await runCluster(
      ...['images', 'load', 'none.tar', '--name', FIRST],
    );
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /none\.tar: there is no such file/);
    const file = await imageArchive('example.com/loaded:1');
    const load = ['images', 'load', file, '--name', FIRST];
    const loaded = await cluster(...load);
    assert.equal(loaded.stdout, 'example.com/loaded:1\n');
    const { stdout } = await cluster('images', '--name', FIRST);
    assert.match(stdout, /^example\.com\/loaded:1\t/m);
    assert.match(stdout, /^registry\.k8s\.io\/pause:/m);
    const again = await cluster(...load);
    assert.match(again.stdout, /there already/);
  });

  test('writes are counted in the audit log', async () => {
    await kubectl(first, 'create', 'configmap', 'counted', '-n=friend');
    await eventually(async () => {
      const log = await readFile(first.auditLog ?? '', 'utf8');
      return log.includes('"/api/v1/namespaces/friend/configmaps?');
    });
  });

  test('a second cluster runs beside it and goes alone', async () => {
    const [, other] = await Promise.all([
      cluster('status', '--name', FIRST),
      cluster('up', '--name', SECOND).then(() => status(SECOND)),
    ]);
    assert.notEqual(other.nodeAddress, first.nodeAddress);
    assert.notEqual(other.loadBalancerRange, first.loadBalancerRange);
    const { stdout } = await kubectl(other, 'get', 'namespaces', '-o=name');
    assert.ok(!stdout.includes('namespace/shop'), 'it has objects of its own');
    const pods = await kubectl(other, 'get', 'pods', '-A', '-o=name');
    assert.match(pods.stdout, /^pod\/coredns-\S+\n$/);
    await cluster('down', '--name', SECOND);
    await assertGone(SECOND, other);
    const address = await loadBalancer(first, 'web');
    assert.equal((await httpGet(address, '/hostname')).status, 200);
  });

  test('after a crash, up brings it back as it was', async () => {
    const address = await loadBalancer(first, 'web');
    const directory = join(first.kubeconfig ?? '', '..');
    const { pid } = JSON.parse(
      await readFile(join(directory, 'supervisor.json'), 'utf8'),
    ) as { pid: number };
    process.kill(pid, 'SIGKILL');
    assert.equal((await status(FIRST)).running, false);
    await cluster('up', '--name', FIRST);
    first = await status(FIRST);
    assert.equal(first.nodeRunning, true);
    await eventually(
      async () => (await httpGet(address, '/hostname')).status === 200,
    );
  });

  test('down leaves nothing', async () => {
    await cluster('down', '--name', FIRST);
    await assertGone(FIRST, first);
    const now = await hostState();
    assert.equal(now.mounts, untouched.mounts);
    assert.equal(now.packetFilter, untouched.packetFilter);
    const again = await cluster('down', '--name', FIRST);
    assert.match(again.stderr, /There is no cluster/);
    assert.equal((await status(FIRST)).running, false);
  });

  test('down removes a cluster of which only parts are there', async () => {
    await cluster('up', '--name', FIRST);
    const was = await status(FIRST);
    const directory = join(was.kubeconfig ?? '', '..');
    await rm(join(directory, 'cluster.json'));
    await rm(join(directory, 'certificates'), { recursive: true });
    await cluster('down', '--name', FIRST);
    await assertGone(FIRST, was);
  });
});

async function assertGone(name: string, was: ClusterStatus): Promise<void> {
  const { links, routes, mounts, cgroups, processes } = await hostState();
  const network = was.hostAddress?.split('.').slice(0, 3).join('.');
  assert.ok(was.hostInterface && !links.includes(was.hostInterface), links);
  assert.ok(!routes.includes(`${network}.`), routes);
  assert.ok(!mounts.includes(name), mounts);
  assert.deepEqual(
    cgroups.filter(path => path.includes(name)),
    [],
  );
  assert.deepEqual(
    processes.filter(line => line.includes(name)),
    [],
  );
  await assert.rejects(access(join(was.kubeconfig ?? '', '..')));
}

async function hostState(): Promise<HostState> {
  const [links, routes, packetFilter] = await Promise.all([
    readdir('/sys/class/net'),
    run('ip', ['route']),
    run('iptables-save', []),
  ]);
  const cgroups = await run('find', [
    '/sys/fs/cgroup',
    ...['-maxdepth', '3', '-type', 'd', '-path', '*app-network/*'],
  ]);
  return {
    links: links.join('\n'),
    routes: routes.stdout,
    mounts: await readFile('/proc/self/mounts', 'utf8'),
    packetFilter: packetFilter.stdout.replaceAll(/^#.*$|\[\d+:\d+\]/gm, ''),
    cgroups: cgroups.stdout.split('\n'),
    processes: await commandLines(),
  };
}

// Of every process but this one and those it runs.
async function commandLines(): Promise<string[]> {
  const lines: string[] = [];
  for (const entry of await readdir('/proc')) {
    if (/^\d+$/.test(entry) && Number(entry) !== process.pid) {
      lines.push(
        await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => ''),
      );
    }
  }
  return lines.map(line => line.replaceAll('\0', ' '));
}

function pids({ components }: ClusterStatus): number[] {
  return components.map(({ pid }) => pid);
}

async function status(name: string): Promise<ClusterStatus> {
  const { stdout } = await cluster('status', '--json', '--name', name);
  return JSON.parse(stdout) as ClusterStatus;
}

async function cluster(...args: string[]): Promise<Result> {
  const result = await runCluster(...args);
  assert.equal(result.code, 0, `cluster ${args.join(' ')}: ${result.stderr}`);
  return result;
}

function runCluster(...args: string[]): Promise<Result> {
  return run(process.execPath, [CLI, ...args]);
}

async function kubectl(of: ClusterStatus, ...args: string[]): Promise<Result> {
  const all = [`--kubeconfig=${of.kubeconfig}`, ...args];
  const result = await run(of.kubectl ?? '', all);
  assert.equal(result.code, 0, `kubectl ${args.join(' ')}: ${result.stderr}`);
  return result;
}

/** Tries to connect from the pod `client` of a namespace. */
function agnhost(
  of: ClusterStatus,
  namespace: string,
  target: string,
): Promise<Result> {
  return run(of.kubectl ?? '', [
    `--kubeconfig=${of.kubeconfig}`,
    ...['exec', `--namespace=${namespace}`, 'client', '--'],
    ...['/agnhost', 'connect', '--timeout=2s', target],
  ]);
}

function run(program: string, args: string[]): Promise<Result> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error?.code ?? 0;
        if (typeof code === 'number') {
          resolve({ code, stdout, stderr });
        } else {
          reject(error);
        }
      },
    );
  });
}

async function loadBalancer(of: ClusterStatus, name: string): Promise<string> {
  let address = '';
  await eventually(async () => {
    const { stdout } = await kubectl(
      of,
      ...['get', 'service', '-n=shop', name],
      '-o=jsonpath={.status.loadBalancer.ingress[0].ip}',
    );
    address = stdout;
    return address !== '';
  });
  return address;
}

/** The answer's status, 0 when there is none within two seconds. */
function httpGet(host: string, path: string): Promise<{ status: number }> {
  return new Promise(resolve => {
    const request = get({ host, path, timeout: 2000, agent: false }, reply => {
      reply.resume();
      resolve({ status: reply.statusCode ?? 0 });
    });
    request.on('error', () => resolve({ status: 0 }));
    request.on('timeout', () => request.destroy());
  });
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, `not within 30 s: ${condition}`);
    await delay(100);
  }
}

async function image(): Promise<string> {
  const { stdout } = await cluster('images', '--name', FIRST);
  const found = /^\S+\/agnhost:\S+/m.exec(stdout)?.[0];
  assert.ok(found, `no agnhost in ${stdout}`);
  return found;
}

async function workloads(): Promise<string> {
  const agnhostImage = await image();
  const container = (...args: string[]) => ({
    name: 'agnhost',
    image: agnhostImage,
    args,
  });
  const labels = { app: 'web' };
  return manifest('workloads', [
    ...['shop', 'friend', 'stranger'].map(name => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    })),
    ...['friend', 'stranger'].map(namespace => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'client', namespace },
      spec: { containers: [container('pause')] },
    })),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                ...container('netexec', '--http-port=8080'),
                readinessProbe: {
                  httpGet: { path: '/healthz', port: 8080 },
                  periodSeconds: 1,
                },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        type: 'LoadBalancer',
        selector: labels,
        ports: [{ port: 80, targetPort: 8080 }],
      },
    },
  ]);
}

function policy(): Promise<string> {
  const friend = { 'kubernetes.io/metadata.name': 'friend' };
  return manifest('policy', [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        podSelector: {},
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ namespaceSelector: { matchLabels: friend } }] }],
      },
    },
  ]);
}

function webhook(url: string, authority: string): Promise<string> {
  return manifest('webhook', [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'host' },
      webhooks: [
        {
          name: 'host.app-network.io',
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          namespaceSelector: {
            matchLabels: { 'kubernetes.io/metadata.name': 'friend' },
          },
          clientConfig: {
            url,
            caBundle: Buffer.from(authority).toString('base64'),
          },
          rules: [
            {
              apiGroups: [''],
              apiVersions: ['v1'],
              operations: ['CREATE'],
              resources: ['configmaps'],
            },
          ],
        },
      ],
    },
  ]);
}

async function manifest(name: string, items: object[]): Promise<string> {
  const path = join(FILES, `${name}.json`);
  const list = { apiVersion: 'v1', kind: 'List', items };
  await writeFile(path, JSON.stringify(list));
  return path;
}

/** An image with one empty file, as `docker save` writes it. */
async function imageArchive(reference: string): Promise<string> {
  const layer = await archive({ empty: '' });
  const digest = createHash('sha256').update(layer).digest('hex');
  const config = {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  };
  const entry = {
    Config: 'config.json',
    RepoTags: [reference],
    Layers: ['layer.tar'],
  };
  const content = await archive({
    'manifest.json': JSON.stringify([entry]),
    'config.json': JSON.stringify(config),
    'layer.tar': layer,
  });
  const path = join(FILES, 'image.tar');
  await writeFile(path, content);
  return path;
}

function archive(files: Record<string, string | Buffer>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) {
    tar.entry({ name }, content);
  }
  tar.finalize();
  return buffer(tar);
}

async function serverCertificate(
  address: string,
): Promise<{ authority: string; certificate: string; key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=host',
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true),
      new x509.SubjectAlternativeNameExtension([
        { type: 'ip', value: address },
      ]),
    ],
  });
  const pem = certificate.toString('pem');
  const key = x509.PemConverter.encode(
    await webcrypto.subtle.exportKey('pkcs8', keys.privateKey),
    'PRIVATE KEY',
  );
  return { authority: pem, certificate: pem, key };
}
