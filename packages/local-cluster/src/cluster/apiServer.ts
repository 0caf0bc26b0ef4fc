import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readIdentity } from './certificates.ts';
import type { ClusterPaths } from './paths.ts';

/** Asks a cluster's API server as its administrator. */
export interface ApiServer {
  /** The answer to a GET, or undefined when there is no such object or no API server yet. */
  get<T>(path: string): Promise<T | undefined>;
  /** Whether /readyz says so. */
  ready(): Promise<boolean>;
}

/** A client with the certificates in the state directory. */
export async function apiServer(
  paths: ClusterPaths,
  server: string,
): Promise<ApiServer> {
  const [ca, { certificate, key }] = await Promise.all([
    readFile(join(paths.certificates, 'ca.crt')),
    readIdentity(paths.certificates, 'admin'),
  ]);
  const agent = new Agent({ ca, cert: certificate, key, keepAlive: false });
  const get = (path: string) => send(new URL(path, server), agent);
  return {
    async get<T>(path: string) {
      const { status, body } = await get(path);
      return status === 200 ? (JSON.parse(body) as T) : undefined;
    },
    async ready() {
      return (await get('/readyz')).status === 200;
    },
  };
}

/** Waits until `condition` holds and returns true, or false when `milliseconds` have passed. */
export async function waitFor(
  condition: () => Promise<boolean>,
  milliseconds: number,
): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while (!(await condition())) {
    if (Date.now() > deadline) {
      return false;
    }
    await delay(100);
  }
  return true;
}

function send(
  url: URL,
  agent: Agent,
): Promise<{ status: number; body: string }> {
  return new Promise(resolve => {
    const unreachable = () => resolve({ status: 0, body: '' });
    const question = request(url, { agent, timeout: 5000 }, response => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body }),
      );
      response.on('error', unreachable);
    });
    question.on('error', unreachable);
    question.on('timeout', () => question.destroy());
    question.end();
  });
}
