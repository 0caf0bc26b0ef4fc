import assert from 'node:assert/strict';
import { access, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterStatus } from '../commands/status.ts';
import { run } from './commands.ts';

/** Everything on the host that a cluster may leave behind. */
export interface HostState {
  links: string;
  routes: string;
  mounts: string;
  packetFilter: string;
  cgroups: string[];
  processes: string[];
}

/** Fails when anything is left of a cluster that was as `was` says. */
export async function assertGone(
  name: string,
  was: ClusterStatus,
): Promise<void> {
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

/** What is on the host now. */
export async function hostState(): Promise<HostState> {
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
