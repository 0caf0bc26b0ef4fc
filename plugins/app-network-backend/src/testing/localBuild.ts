import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { testCluster } from './cluster';

const run = promisify(execFile);

/**
 * What the local cluster was built of: the `helm` program, and upstream's charts by name. Paths. A cluster that runs knows it:
 * APP_NETWORK_TEST_CLUSTER names another one than `test`.
 */
export interface LocalBuild {
  helm: string;
  charts: Record<string, { path: string } | undefined>;
}

export async function localBuild(): Promise<LocalBuild> {
  const cli = resolvePackagePath(
    '@app-network/backstage-plugin-app-network-backend',
    '../../packages/local-cluster/src/cli.ts',
  );
  const name = process.env.APP_NETWORK_TEST_CLUSTER ?? 'test';
  await testCluster(name);
  const { stdout } = await run(process.execPath, [
    ...[cli, 'status', '--name', name, '--json'],
  ]);
  return JSON.parse(stdout) as LocalBuild;
}
