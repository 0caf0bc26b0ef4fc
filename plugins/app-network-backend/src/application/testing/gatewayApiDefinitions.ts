import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CustomResourceDefinition } from '@app-network/backstage-plugin-app-network-common';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { parse } from 'yaml';

const run = promisify(execFile);

/** Of the kinds of Gateway API those that are imported. */
const RESOURCES = ['gateways', 'httproutes'];

/** The CustomResourceDefinitions of Gateway API, out of the Go module that the local cluster's istiod is built with. */
export async function gatewayApiDefinitions(): Promise<
  CustomResourceDefinition[]
> {
  const { stdout } = await run(
    'go',
    ['mod', 'download', '-json', 'sigs.k8s.io/gateway-api'],
    {
      cwd: resolvePackagePath(
        '@app-network/backstage-plugin-app-network-backend',
        '../../packages/local-cluster/go/istio',
      ),
      env: { ...process.env, GOWORK: 'off' },
    },
  );
  const { Dir } = JSON.parse(stdout) as { Dir: string };
  return Promise.all(
    RESOURCES.map(async resource =>
      parse(
        await readFile(
          join(
            Dir,
            'config/crd/standard',
            `gateway.networking.k8s.io_${resource}.yaml`,
          ),
          'utf8',
        ),
      ),
    ),
  );
}
