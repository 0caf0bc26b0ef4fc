import { parseArgs } from 'node:util';
import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { importNetworks, isSource } from '../import/import';
import type { NotKept } from '../import/types';
import { platformFacts } from '../platform/facts';
import { withCluster } from './cluster';
import { readNetworks } from './readNetworks';
import { isPlatform } from './surroundings';
import {
  COMMON_OPTIONS,
  readFiles,
  toYaml,
  UsageError,
  type Output,
} from './terminal';

const HELP = `Makes AppNetworks of Ingresses, of Istio's VirtualServices with their Gateways, and of HTTPRoutes. It writes to no cluster.

  npm run --silent import -- FILE...                                     with Services, Secrets and Gateways that are in the files
  npm run --silent import -- --context CONTEXT --namespace NAMESPACE     all that are in a namespace of a cluster

  --name NAME         only those with this name
  --kubeconfig FILE   default: kubectl's; with or without --context it names the cluster

FILE may be - for the standard input. AppNetworks are on the standard output; what they don't keep is on the standard error, field by field.
The exit code is 0 where there is an AppNetwork, 1 where nothing could be made one, 2 where nothing could be read.
`;

/** Imports for a person at a terminal; returns the exit code. */
export async function importCommand(
  args: string[],
  output: Output,
): Promise<number> {
  const { values, positionals: files } = parseArgs({
    args,
    allowPositionals: true,
    options: COMMON_OPTIONS,
  });
  if (values.help) {
    output.out(HELP);
    return 0;
  }
  const { kubeconfig, context, namespace, name } = values;
  const ofCluster = kubeconfig !== undefined || context !== undefined;
  if (ofCluster ? files.length > 0 || !namespace : files.length === 0) {
    throw new UsageError(HELP);
  }
  const objects =
    ofCluster && namespace
      ? await withCluster({ kubeconfig, context }, client =>
          readNetworks(client, namespace),
        )
      : await readFiles(files);
  const platform = objects.find(isPlatform);
  const { appNetworks, notKept } = importNetworks(
    objects.filter(object => isWanted(object, name)),
    platform && platformFacts(platform),
  );
  output.out(toYaml(appNetworks));
  notKept.forEach(entry => output.err(line(entry)));
  if (appNetworks.length === 0) {
    output.err(
      `There is nothing to make an AppNetwork of: no Ingress, VirtualService or HTTPRoute${
        name === undefined ? '' : ` ${name}`
      } that serves a hostname from outside.\n`,
    );
    return 1;
  }
  return 0;
}

/** What is imported by its name; what is around it, whatever the name. */
function isWanted(object: KubernetesObject, name: string | undefined): boolean {
  return (
    name === undefined || !isSource(object) || object.metadata.name === name
  );
}

function line({ object, field, value, reason }: NotKept): string {
  return `${object}, ${field} ${JSON.stringify(value)}: ${reason}\n`;
}
