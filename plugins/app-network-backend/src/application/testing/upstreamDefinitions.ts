import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { CustomResourceDefinition } from '@app-network/backstage-plugin-app-network-common';
import { parseAllDocuments } from 'yaml';
import { localBuild } from '../../testing/localBuild';

const run = promisify(execFile);

/** Charts of the local cluster's build that bring CustomResourceDefinitions, with the values that make them do so. */
const CHARTS = [
  { name: 'istio-base', set: [] },
  { name: 'cert-manager', set: ['--set', 'crds.enabled=true'] },
];

/** The CustomResourceDefinitions of Istio and cert-manager, as their charts install them. */
export async function upstreamDefinitions(): Promise<
  CustomResourceDefinition[]
> {
  const { helm, charts } = await localBuild();
  const rendered = await Promise.all(
    CHARTS.map(({ name, set }) =>
      run(
        helm,
        [
          'template',
          name,
          charts[name]?.path ?? name,
          '--include-crds',
          ...set,
        ],
        { maxBuffer: 64 * 1024 * 1024 },
      ),
    ),
  );
  return rendered
    .flatMap(({ stdout }) => parseAllDocuments(stdout))
    .map(document => document.toJS() as CustomResourceDefinition | null)
    .filter(object => object?.kind === 'CustomResourceDefinition')
    .filter(object => object !== null);
}
