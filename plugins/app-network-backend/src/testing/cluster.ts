import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { KubeConfig } from '@kubernetes/client-node';
import { createKubernetesClient } from '../engine/client';
import { createConnection, type Connection } from '../engine/connection';
import { createDiscovery } from '../engine/discovery';
import { createInformers } from '../engine/informers';
import { exportKubeConfig } from '../engine/kubeconfig';
import type { Cluster, Informer } from '../engine/types';

/** A cluster to test against: its API server, etcd and controller manager are real. */
export interface TestCluster {
  /** Path of a kubeconfig of its administrator. */
  kubeconfig: string;
  context: string;
  /** Path of the `helm` program that the local cluster was built with. */
  helm?: string;
  /** Path of the API server's audit log, where it is known: one JSON object a line for each write. */
  auditLog: string | undefined;
}

/** A connection to a test cluster, as one backend has it. */
export interface TestConnection {
  cluster: Cluster;
  connection: Connection;
  /** Makes a namespace for a test; it is deleted on close, without waiting. */
  createNamespace(): Promise<string>;
  close(): Promise<void>;
}

/** What of a local cluster a test needs: pods and the addresses of Services are there with a node only. */
type ClusterParts = 'ControlPlane' | 'WithNode';

/**
 * The cluster of this test run: the one that APP_NETWORK_TEST_KUBECONFIG names (and APP_NETWORK_TEST_CONTEXT in it), otherwise the local
 * cluster `test`, whose control plane is brought up if it isn't. All tests share it, so each uses a namespace of its own. Tests of what a
 * cluster has one of bring up a local cluster of another name, and take it down.
 */
export function testCluster(
  name = 'test',
  parts: ClusterParts = 'ControlPlane',
): Promise<TestCluster> {
  const known = shared.get(name) ?? bringUp(name, parts);
  shared.set(name, known);
  return known;
}

const shared = new Map<string, Promise<TestCluster>>();

/** Connects to the test cluster as its administrator, or with other settings in the kubeconfig. */
export async function connectToTestCluster(
  change: (kubeConfig: KubeConfig) => void = () => {},
  clusterName = 'test',
  parts: ClusterParts = 'ControlPlane',
): Promise<TestConnection> {
  const { kubeconfig, context } = await testCluster(clusterName, parts);
  const stop = new AbortController();
  const loadKubeConfig = () => {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(kubeconfig);
    kubeConfig.setCurrentContext(context);
    change(kubeConfig);
    return kubeConfig;
  };
  const connection = createConnection({ cluster: 'test', loadKubeConfig });
  const discovery = createDiscovery(connection);
  const informers = createInformers({
    connection,
    discovery,
    signal: stop.signal,
  });
  const client = createKubernetesClient({
    connection,
    discovery,
    onWrite: informers.written,
  });
  const namespaces: string[] = [];
  return {
    cluster: {
      name: 'test',
      title: 'Test',
      client,
      informers,
      kubeconfig: () => exportKubeConfig(loadKubeConfig()),
    },
    connection,
    async createNamespace() {
      const name = `test-${randomBytes(4).toString('hex')}`;
      await client.create({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      });
      namespaces.push(name);
      return name;
    },
    async close() {
      for (const name of namespaces) {
        await client.delete({ apiVersion: 'v1', kind: 'Namespace', name });
      }
      stop.abort();
      await connection.close();
    },
  };
}

type Falsy = undefined | false | '' | 0;

/** Waits until a value is there. Fails after a time, saying what was waited for. */
export async function eventually<T>(
  what: string,
  look: () => T | Falsy | Promise<T | Falsy>,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (value) {
      return value;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within ${timeoutMs} ms`);
    }
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

/** Waits until an informer's copy is filled. */
export async function synced<T extends KubernetesObject>(
  informer: Informer<T>,
): Promise<Informer<T>> {
  await eventually(
    `${informer.kind.kind} listed`,
    () => informer.state === 'Synced',
  );
  return informer;
}

const run = promisify(execFile);
const CLI = path.resolve(
  resolvePackagePath('@app-network/backstage-plugin-app-network-backend'),
  '../../packages/local-cluster/src/cli.ts',
);

/** Ends a local cluster that a test has brought up for itself. */
export async function takeDown(name: string): Promise<void> {
  await run(process.execPath, [CLI, 'down', '--name', name]);
}

async function bringUp(
  name: string,
  parts: ClusterParts,
): Promise<TestCluster> {
  const kubeconfig = process.env.APP_NETWORK_TEST_KUBECONFIG;
  if (kubeconfig && name === 'test') {
    const given = new KubeConfig();
    given.loadFromFile(kubeconfig);
    return {
      kubeconfig,
      context:
        process.env.APP_NETWORK_TEST_CONTEXT ?? given.getCurrentContext(),
      auditLog: process.env.APP_NETWORK_TEST_AUDIT_LOG,
    };
  }
  const named = ['--name', name];
  await run(process.execPath, [
    ...[CLI, 'up', ...named],
    ...(parts === 'ControlPlane' ? ['--control-plane-only'] : []),
  ]);
  const { stdout } = await run(process.execPath, [
    CLI,
    'status',
    ...named,
    '--json',
  ]);
  return JSON.parse(stdout) as TestCluster;
}
