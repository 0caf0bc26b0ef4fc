import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ClusterStatus } from '../commands/status.ts';

const CLI = fileURLToPath(new URL('../cli.ts', import.meta.url));

/** How a program ended. */
export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

/** The state of a cluster. */
export async function status(name: string): Promise<ClusterStatus> {
  const { stdout } = await cluster('status', '--json', '--name', name);
  return JSON.parse(stdout) as ClusterStatus;
}

/** Runs a command of the local cluster, which has to succeed. */
export async function cluster(...args: string[]): Promise<Result> {
  const result = await runCluster(...args);
  assert.equal(result.code, 0, `cluster ${args.join(' ')}: ${result.stderr}`);
  return result;
}

/** Runs a command of the local cluster. */
export function runCluster(...args: string[]): Promise<Result> {
  return run(process.execPath, [CLI, ...args]);
}

/** Runs kubectl on a cluster, which has to succeed. */
export async function kubectl(
  of: ClusterStatus,
  ...args: string[]
): Promise<Result> {
  const all = [`--kubeconfig=${of.kubeconfig}`, ...args];
  const result = await run(of.kubectl ?? '', all);
  assert.equal(result.code, 0, `kubectl ${args.join(' ')}: ${result.stderr}`);
  return result;
}

/** Tries to connect from the pod `client` of a namespace. */
export function agnhost(
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

/** Runs a program. */
export function run(program: string, args: string[]): Promise<Result> {
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

/** The address of a Service of the namespace shop, once it has one. */
export async function loadBalancer(
  of: ClusterStatus,
  name: string,
): Promise<string> {
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
export function httpGet(
  host: string,
  path: string,
): Promise<{ status: number }> {
  return new Promise(resolve => {
    const request = get({ host, path, timeout: 2000, agent: false }, reply => {
      reply.resume();
      resolve({ status: reply.statusCode ?? 0 });
    });
    request.on('error', () => resolve({ status: 0 }));
    request.on('timeout', () => request.destroy());
  });
}

/** Waits until a condition holds, for half a minute at most. */
export async function eventually(
  condition: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, `not within 30 s: ${condition}`);
    await delay(100);
  }
}
