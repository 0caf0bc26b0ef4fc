import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  API_VERSION,
  NETWORK_PLATFORM_NAME,
  type AppNetwork,
  type KubernetesObject,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import { objectKey } from '../engine/objects';
import { APP_NETWORK, PLATFORM_REF } from '../kinds';
import { withCluster, type ReadingClient } from './cluster';
import { renderObjects, type RenderedAppNetwork } from './renderObjects';
import { schemaProblems } from './schemaProblems';
import { overlaid } from './snapshot';
import { isPlatform, readSurroundings } from './surroundings';
import {
  COMMON_OPTIONS,
  readFiles,
  toYaml,
  UsageError,
  userPath,
  type Output,
} from './terminal';

const HELP = `Prints what AppNetworks become, object by object, as the portal applies it. It writes to no cluster.

  npm run --silent render -- FILE...                        with the NetworkPlatform, Services and what else is in the files
  npm run --silent render -- --context CONTEXT FILE...      among what is in a cluster; the files come first
  npm run --silent render -- --context CONTEXT --namespace NAMESPACE [--name NAME]
                                                            AppNetworks that are in a cluster

  --kubeconfig FILE   default: kubectl's; with or without --context it names the cluster
  --output FOLDER     writes a file for each AppNetwork, <namespace>.<name>.yaml, and not to the standard output

FILE may be - for the standard input. What can't be rendered as asked is on the standard error, and the exit code is 1; it is 2 where
nothing could be rendered at all.
`;

/** Renders AppNetworks for a person at a terminal; returns the exit code. */
export async function renderCommand(
  args: string[],
  output: Output,
): Promise<number> {
  const { values, positionals: files } = parseArgs({
    args,
    allowPositionals: true,
    options: { ...COMMON_OPTIONS, output: { type: 'string' } },
  });
  if (values.help) {
    output.out(HELP);
    return 0;
  }
  const { kubeconfig, context, namespace, name } = values;
  const ofCluster = kubeconfig !== undefined || context !== undefined;
  if (files.length === 0 && !(ofCluster && namespace)) {
    throw new UsageError(HELP);
  }
  const { valid, problems } = checked(await readFiles(files));
  const result = ofCluster
    ? await withCluster({ kubeconfig, context }, client =>
        renderInCluster(client, valid, { namespace, name }),
      )
    : await renderAlone(valid);
  if (result.rendered.length === 0) {
    problems.push('There is no AppNetwork to render.');
  }
  if (values.output === undefined) {
    output.out(toYaml(result.rendered.flatMap(({ objects }) => objects)));
  } else {
    await writeFiles(userPath(values.output), result.rendered);
  }
  problems.push(
    ...result.problems,
    ...result.rendered.flatMap(rendered => rendered.problems),
  );
  problems.forEach(problem => output.err(`${problem}\n`));
  return problems.length > 0 ? 1 : 0;
}

interface Result {
  rendered: RenderedAppNetwork[];
  problems: string[];
}

/** Objects that the API server would take, as far as it can be told without it, and what is wrong with the others. */
function checked(objects: readonly KubernetesObject[]): {
  valid: KubernetesObject[];
  problems: string[];
} {
  const results = objects.map(object => ({
    object,
    problems: [
      ...(object.kind === 'AppNetwork' && !object.metadata.namespace
        ? [`AppNetwork ${object.metadata.name}: metadata.namespace is missing`]
        : []),
      ...schemaProblems(object),
    ],
  }));
  return {
    valid: results
      .filter(({ problems }) => problems.length === 0)
      .map(({ object }) => object),
    problems: results.flatMap(({ problems }) => problems),
  };
}

async function renderAlone(
  objects: readonly KubernetesObject[],
): Promise<Result> {
  const platform = objects.find(isPlatform);
  if (!platform) {
    throw new UsageError(
      `There is no NetworkPlatform ${NETWORK_PLATFORM_NAME} in the files, and what an AppNetwork becomes depends on it. Add it as it is in the cluster, status included, or name the cluster with --context or --kubeconfig.`,
    );
  }
  return {
    rendered: await renderObjects(
      objects.filter(isAppNetwork),
      platform,
      objects,
    ),
    problems: [],
  };
}

async function renderInCluster(
  client: ReadingClient,
  given: readonly KubernetesObject[],
  { namespace, name }: { namespace?: string; name?: string },
): Promise<Result> {
  const platform =
    given.find(isPlatform) ?? (await client.get<NetworkPlatform>(PLATFORM_REF));
  if (!platform) {
    throw new UsageError(
      `The cluster has no NetworkPlatform ${NETWORK_PLATFORM_NAME}. Apply one, or add it to the files.`,
    );
  }
  const named = namespace
    ? (await client.list<AppNetwork>(APP_NETWORK, { namespace })).filter(
        ({ metadata }) => name === undefined || metadata.name === name,
      )
    : [];
  const wanted = overlaid(named, given).filter(isAppNetwork);
  const around = await readSurroundings(client, wanted, platform);
  const objects = overlaid(around.objects, given);
  const refs = new Set(wanted.map(objectKey));
  return {
    rendered: await renderObjects(
      objects.filter(isAppNetwork).filter(found => refs.has(objectKey(found))),
      platform,
      objects,
    ),
    problems: around.problems,
  };
}

async function writeFiles(
  folder: string,
  rendered: readonly RenderedAppNetwork[],
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { appNetwork, objects } of rendered) {
    const { namespace, name } = appNetwork.metadata;
    await writeFile(
      path.join(folder, `${namespace}.${name}.yaml`),
      toYaml(objects),
    );
  }
}

function isAppNetwork(object: KubernetesObject): object is AppNetwork {
  return object.apiVersion === API_VERSION && object.kind === APP_NETWORK.kind;
}
