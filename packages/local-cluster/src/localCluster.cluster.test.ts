import assert from 'node:assert/strict';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse } from 'yaml';
import {
  agnhost,
  cluster,
  eventually,
  httpGet,
  kubectl,
  loadBalancer,
  run,
  runCluster,
  status,
} from './clusterTest/commands.ts';
import { imageArchive, serverCertificate } from './clusterTest/fixtures.ts';
import { assertGone, hostState, type HostState } from './clusterTest/host.ts';
import { policy, webhook, workloads } from './clusterTest/manifests.ts';
import type { ClusterStatus } from './commands/status.ts';

const FIRST = `t${process.pid}-one`;
const SECOND = `t${process.pid}-two`;
const FILES = join(tmpdir(), `${FIRST}-files`);

describe('a cluster with a node', { timeout: 300_000 }, () => {
  let untouched: HostState;
  let first: ClusterStatus;

  before(async () => {
    await mkdir(FILES);
    untouched = await hostState();
    await cluster('up', '--name', FIRST);
    first = await status(FIRST);
    await kubectl(
      first,
      'apply',
      '--filename',
      await workloads(FILES, await image()),
    );
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
    await kubectl(
      first,
      'apply',
      '--filename',
      await workloads(FILES, await image()),
    );
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
    await kubectl(first, 'apply', '--filename', await policy(FILES));
    await eventually(async () => {
      const refused = await agnhost(first, 'stranger', 'web.shop:80');
      return refused.code !== 0 && refused.stderr.includes('TIMEOUT');
    });
    const allowed = await agnhost(first, 'friend', 'web.shop:80');
    assert.equal(allowed.code, 0, allowed.stderr);
    await kubectl(first, 'delete', '--filename', await policy(FILES));
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
        await webhook(FILES, url, authority),
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
    const file = join(FILES, 'image.tar');
    await writeFile(file, await imageArchive('example.com/loaded:1'));
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

function pids({ components }: ClusterStatus): number[] {
  return components.map(({ pid }) => pid);
}

async function image(): Promise<string> {
  const { stdout } = await cluster('images', '--name', FIRST);
  const found = /^\S+\/agnhost:\S+/m.exec(stdout)?.[0];
  assert.ok(found, `no agnhost in ${stdout}`);
  return found;
}
