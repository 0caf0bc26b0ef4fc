import type { AppNetworkService } from '@app-network/backstage-plugin-app-network-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { examples } from './delete.examples';
import {
  clusterInput,
  deadline,
  humanDuration,
  namespaceInput,
  timeoutInput,
} from './inputs';

/**
 * The scaffolder action `app-network:delete`: deletes an AppNetwork and waits until everything it became is gone. One that is not there is
 * no error.
 */
export function createDeleteAction(appNetworks: AppNetworkService) {
  return createTemplateAction({
    id: 'app-network:delete',
    description:
      'Takes an application off the network: deletes its AppNetwork and waits until everything it became is gone',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        cluster: clusterInput,
        namespace: namespaceInput('Namespace of the AppNetwork'),
        name: z => z.string().min(1).describe('Name of the AppNetwork'),
        timeout: timeoutInput('everything to be gone'),
      },
    },
    async handler(ctx) {
      const { input, logger } = ctx;
      const credentials = await ctx.getInitiatorCredentials();
      const cluster = await appNetworks.resolveCluster(input.cluster, {
        credentials,
      });
      const ref = { cluster, namespace: input.namespace, name: input.name };
      const title = `AppNetwork ${ref.namespace}/${ref.name} on cluster ${cluster}`;
      if (ctx.isDryRun) {
        logger.info(`${title} would be deleted`);
        return;
      }
      await appNetworks.delete(ref, { credentials, signal: ctx.signal });
      const timeout = deadline(input.timeout);
      const signal = ctx.signal
        ? AbortSignal.any([ctx.signal, timeout.signal])
        : timeout.signal;
      let left = '';
      for await (const { status } of appNetworks.waitUntilDeleted(ref, {
        credentials,
        signal,
      })) {
        const ready = status?.conditions?.find(({ type }) => type === 'Ready');
        left = ready?.message ?? '';
        logger.info(`${title} is being deleted${left && `: ${left}`}`);
      }
      ctx.signal?.throwIfAborted();
      if (timeout.signal.aborted) {
        throw new Error(
          `${title} is not gone after ${humanDuration(timeout.ms)}${
            left && `: ${left}`
          }`,
        );
      }
      logger.info(`${title} is gone`);
    },
  });
}
