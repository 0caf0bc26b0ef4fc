import type {
  AppliedObject,
  AppNetworkRef,
} from '@app-network/backstage-plugin-app-network-common';
import type { AppNetworkService } from '@app-network/backstage-plugin-app-network-node';
import {
  resolveSafeChildPath,
  type BackstageCredentials,
  type LoggerService,
} from '@backstage/backend-plugin-api';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { examples } from './deploy.examples';
import { clusterInput, deadline, humanDuration, timeoutInput } from './inputs';
import { readManifests } from './manifests';

/**
 * The scaffolder action `app-network:deploy`: applies the manifests of a workspace folder to a cluster and waits until their Deployments
 * are available. It is for templates without a delivery system; with Argo CD or Flux, publish the folder instead.
 */
export function createDeployAction(appNetworks: AppNetworkService) {
  return createTemplateAction({
    id: 'app-network:deploy',
    description:
      'Applies the Kubernetes manifests of a workspace folder (Namespace, ServiceAccount, ConfigMap, Service, Deployment) and waits until the Deployments are available',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        cluster: clusterInput,
        namespace: z =>
          z
            .string()
            .describe('Namespace of the objects that name none')
            .optional(),
        path: z =>
          z
            .string()
            .describe(
              'Folder of the workspace with the manifests. Default: the workspace itself',
            )
            .optional(),
        timeout: timeoutInput('the Deployments to become available'),
      },
      output: {
        cluster: z => z.string().describe('The cluster'),
        objects: z =>
          z
            .array(
              z.object({
                apiVersion: z.string(),
                kind: z.string(),
                namespace: z.string().optional(),
                name: z.string(),
              }),
            )
            .describe('What was applied'),
      },
    },
    async handler(ctx) {
      const { input, logger, isDryRun } = ctx;
      const credentials = await ctx.getInitiatorCredentials();
      const manifests = await readManifests(
        resolveSafeChildPath(ctx.workspacePath, input.path ?? '.'),
        ctx.workspacePath,
      );
      // A task that is taken up again stays on its cluster, also when there are more to choose from by then.
      const cluster = await ctx.checkpoint({
        key: `app-network.cluster.${input.cluster ?? ''}`,
        fn: () => appNetworks.resolveCluster(input.cluster, { credentials }),
      });
      const applied = await appNetworks.deploy(
        cluster,
        { namespace: input.namespace, manifests },
        { credentials, dryRun: isDryRun, signal: ctx.signal },
      );
      applied.forEach(object => logger.info(appliedLine(object)));

      const deployments = applied
        .map(({ ref }) => ref)
        .filter(({ kind }) => kind === 'Deployment');
      if (!isDryRun) {
        const timeout = deadline(input.timeout);
        await Promise.all(
          deployments.map(({ namespace = '', name }) =>
            waitUntilAvailable(
              appNetworks,
              { cluster, namespace, name },
              { credentials, logger, timeout, cancelled: ctx.signal },
            ),
          ),
        );
      }
      ctx.output('cluster', cluster);
      ctx.output(
        'objects',
        applied.map(({ ref }) => ref),
      );
    },
  });
}

/** @throws Error with what the rollout waits for when it fails or the time is over */
async function waitUntilAvailable(
  appNetworks: AppNetworkService,
  deployment: AppNetworkRef,
  options: {
    credentials: BackstageCredentials;
    logger: LoggerService;
    timeout: { ms: number; signal: AbortSignal };
    cancelled: AbortSignal | undefined;
  },
): Promise<void> {
  const { credentials, logger, timeout, cancelled } = options;
  const signal = cancelled
    ? AbortSignal.any([cancelled, timeout.signal])
    : timeout.signal;
  const title = `Deployment ${deployment.namespace}/${deployment.name}`;
  let message = 'it could not be read';
  for await (const rollout of appNetworks.waitUntilAvailable(deployment, {
    credentials,
    signal,
  })) {
    message = rollout.message;
    logger.info(`${title}: ${message || 'available'}`);
    if (rollout.state === 'Available') {
      return;
    }
    if (rollout.state === 'Failed') {
      throw new Error(`${title} failed: ${message}`);
    }
  }
  cancelled?.throwIfAborted();
  throw new Error(
    `${title} is not available after ${humanDuration(timeout.ms)}: ${message}`,
  );
}

const DONE: Record<AppliedObject['action'], string> = {
  Created: 'created',
  Changed: 'changed',
  Unchanged: 'unchanged',
  Used: 'exists and is used',
};

function appliedLine({ ref, action }: AppliedObject): string {
  const name = ref.namespace ? `${ref.namespace}/${ref.name}` : ref.name;
  return `${ref.kind} ${name}: ${DONE[action]}`;
}
