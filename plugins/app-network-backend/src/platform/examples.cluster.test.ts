import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  customResourceDefinitions,
  NETWORK_PLATFORM_NAME,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { parse, stringify } from 'yaml';
import { installCustomResourceDefinitions } from '../engine/crds';
import { connectToTestCluster, type TestConnection } from '../testing/cluster';
import { localBuild, type LocalBuild } from '../testing/localBuild';
import { NO_FACTS, type ClusterFacts } from './clusterFacts';
import { platformReleases } from './components/platformReleases';
import type { HelmRelease } from './components/types';
import { renderPlatform } from './render/render';

jest.setTimeout(120_000);

const EXAMPLES = resolvePackagePath(
  '@app-network/backstage-plugin-app-network-backend',
  '../../examples/platforms',
);

const FACTS: ClusterFacts = { ...NO_FACTS, clusterId: 'cluster' };

/** What users copy from: the API server takes it, all of it can be done, and upstream's charts know the values. */
describe('an example of a NetworkPlatform', () => {
  let connection: TestConnection;
  let build: LocalBuild;

  beforeAll(async () => {
    connection = await connectToTestCluster();
    build = await localBuild();
    await installCustomResourceDefinitions(
      connection.cluster.client,
      customResourceDefinitions(),
      new AbortController().signal,
    );
  }, 900_000);
  afterAll(() => connection?.close());

  const files = readdirSync(EXAMPLES).filter(file => file.endsWith('.yaml'));

  it.each(files)('%s can be applied', async file => {
    const platform = read(file);
    expect(platform.metadata.name).toBe(NETWORK_PLATFORM_NAME);
    await connection.cluster.client.apply(platform, {
      dryRun: true,
      force: true,
      fieldManager: 'test',
    });
    expect(renderPlatform(platform, FACTS).certificateProblems).toEqual([]);
  });

  it('has values that the charts take', async () => {
    const problems = await Promise.all(
      files.flatMap(file =>
        platformReleases(read(file), FACTS)
          .filter(({ enabled }) => enabled)
          .map(release => valuesProblem(build, file, release)),
      ),
    );
    expect(problems.filter(problem => problem !== undefined)).toEqual([]);
  });
});

function read(file: string): NetworkPlatform {
  return parse(readFileSync(path.join(EXAMPLES, file), 'utf8'));
}

/** Upstream's charts in the local cluster's build, by the names that they have there. */
const CHARTS: Record<string, string> = {
  'cert-manager': 'cert-manager',
  base: 'istio-base',
  istiod: 'istiod',
  gateway: 'istio-gateway',
  'external-dns': 'external-dns',
};

/** What a chart has against its values; undefined where it takes them, or is not in the build. */
async function valuesProblem(
  { helm, charts }: LocalBuild,
  file: string,
  { release, chart, namespace, values }: HelmRelease,
): Promise<string | undefined> {
  const archive = charts[CHARTS[chart]]?.path;
  if (!archive) {
    return undefined;
  }
  const running = promisify(execFile)(
    helm,
    [
      ...['template', release, archive],
      ...['--namespace', namespace, '--values', '-'],
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  running.child.stdin?.end(stringify(values));
  return running.then(
    () => undefined,
    error => `${file}, ${release}: ${error}`,
  );
}
