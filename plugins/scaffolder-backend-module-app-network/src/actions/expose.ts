import {
  KUBERNETES_ID,
  type AppNetwork,
  type AppNetworkRef,
  type AppNetworkSpec,
} from '@app-network/backstage-plugin-app-network-common';
import type { AppNetworkService } from '@app-network/backstage-plugin-app-network-node';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { conditionLine } from './conditionLine';
import { examples } from './expose.examples';
import {
  clusterInput,
  deadline,
  humanDuration,
  namespaceInput,
  timeoutInput,
} from './inputs';

/**
 * The scaffolder action `app-network:expose`: applies an AppNetwork and waits until it is served, with each change of a condition as a line
 * in the task's log.
 */
export function createExposeAction(appNetworks: AppNetworkService) {
  return createTemplateAction({
    id: 'app-network:expose',
    description:
      'Puts an application on the network: applies an AppNetwork and waits until it is served at its URL',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        cluster: clusterInput,
        namespace: namespaceInput('Namespace of the application'),
        name: z =>
          z
            .string()
            .min(1)
            .describe(
              'Name of the AppNetwork, first label of a generated hostname',
            ),
        entityRef: z =>
          z
            .string()
            .describe(
              'Catalog entity that it belongs to, such as component:default/shop; the kind may be left out of a component. Default: the component of the same name',
            )
            .optional(),
        selector: z =>
          z
            .record(z.string())
            .describe(
              'Labels of the pods that it covers. Default: app.kubernetes.io/name: <name>',
            )
            .optional(),
        hostnames: z =>
          z
            .array(z.string())
            .describe(
              "Names it is served at. Default: one generated from the platform's DNS",
            )
            .optional(),
        service: z =>
          z
            .string()
            .describe(
              'Service that answers every path. Default: the single Service that selects the pods',
            )
            .optional(),
        port: z =>
          z
            .number()
            .int()
            .min(1)
            .max(65535)
            .describe(
              'Port of the Service; may be left out where it has one only',
            )
            .optional(),
        rules: z =>
          z
            .array(z.record(z.unknown()))
            .describe(
              "Routes, as in the AppNetwork's spec.rules, instead of service and port",
            )
            .optional(),
        mesh: z =>
          z
            .boolean()
            .describe(
              'Whether the application is in the service mesh. Default: true',
            )
            .optional(),
        access: z =>
          z
            .array(
              z.object({
                namespace: z.string(),
                serviceAccount: z.string().optional(),
                ports: z.array(z.number().int().min(1).max(65535)).optional(),
              }),
            )
            .describe(
              'Who in the cluster may call it, besides the ingress gateway and its own pods',
            )
            .optional(),
        spec: z =>
          z
            .record(z.unknown())
            .describe(
              "Any other field of the AppNetwork's spec, such as tls or egress",
            )
            .optional(),
        timeout: timeoutInput('it to be served'),
      },
      output: {
        url: z => z.string().describe('Where it is served').optional(),
        hostname: z => z.string().describe('The first of hostnames').optional(),
        hostnames: z => z.array(z.string()).describe('Names it is served at'),
        entityRef: z => z.string().describe('The catalog entity'),
        cluster: z => z.string().describe('The cluster'),
      },
    },
    async handler(ctx) {
      const { input, logger, isDryRun } = ctx;
      const credentials = await ctx.getInitiatorCredentials();
      const entityRef = parseEntityRef(input.entityRef ?? input.name, {
        defaultKind: 'component',
        defaultNamespace: 'default',
      });
      // A task that is taken up again stays on its cluster, also when there are more to choose from by then.
      const cluster = await ctx.checkpoint({
        key: `app-network.cluster.${input.cluster ?? ''}`,
        fn: () => appNetworks.resolveCluster(input.cluster, { credentials }),
      });
      const ref = { cluster, namespace: input.namespace, name: input.name };
      const applied = await appNetworks.apply(
        ref,
        {
          labels: { [KUBERNETES_ID]: entityRef.name },
          spec: specFrom(input),
        },
        { credentials, dryRun: isDryRun, signal: ctx.signal },
      );
      logger.info(
        isDryRun
          ? `${nameOf(ref)} would be accepted`
          : `${nameOf(ref)} applied`,
      );

      const ready = isDryRun
        ? applied
        : await waitUntilReady(appNetworks, ref, {
            credentials,
            logger,
            timeout: deadline(input.timeout),
            cancelled: ctx.signal,
          });
      const hostnames = ready.status?.hostnames ?? ready.spec?.hostnames ?? [];
      const url = ready.status?.urls?.[0];
      if (url) {
        logger.info(`Served at ${url}`);
        ctx.output('url', url);
      }
      if (hostnames[0]) {
        ctx.output('hostname', hostnames[0]);
      }
      ctx.output('hostnames', hostnames);
      ctx.output('entityRef', stringifyEntityRef(entityRef));
      ctx.output('cluster', cluster);
    },
  });
}

/** @throws Error with the conditions that are not True when the time is over */
async function waitUntilReady(
  appNetworks: AppNetworkService,
  ref: AppNetworkRef,
  options: {
    credentials: Parameters<AppNetworkService['get']>[1]['credentials'];
    logger: LoggerService;
    timeout: { ms: number; signal: AbortSignal };
    cancelled: AbortSignal | undefined;
  },
): Promise<AppNetwork> {
  const { credentials, logger, timeout, cancelled } = options;
  const signal = cancelled
    ? AbortSignal.any([cancelled, timeout.signal])
    : timeout.signal;
  let last: AppNetwork | undefined;
  for await (const progress of appNetworks.waitUntilReady(ref, {
    credentials,
    signal,
  })) {
    last = progress.appNetwork;
    progress.changed.forEach(condition =>
      logger.info(conditionLine(condition)),
    );
    if (progress.ready) {
      return last;
    }
  }
  cancelled?.throwIfAborted();
  throw new Error(
    `${nameOf(ref)} is not Ready after ${humanDuration(timeout.ms)}: ${whyNot(
      last,
    )}`,
  );
}

function whyNot(appNetwork: AppNetwork | undefined): string {
  const conditions = appNetwork?.status?.conditions ?? [];
  // Ready sums the others up; it speaks only where none of them does.
  const wrong = conditions.filter(({ status }) => status !== 'True');
  const causes = wrong.filter(({ type }) => type !== 'Ready');
  return (
    (causes.length > 0 ? causes : wrong).map(conditionLine).join('; ') ||
    'it has no conditions yet; is the platform of the cluster installed, and does the portal reach the cluster?'
  );
}

function nameOf({ cluster, namespace, name }: AppNetworkRef): string {
  return `AppNetwork ${namespace}/${name} on cluster ${cluster}`;
}

function specFrom(input: {
  selector?: Record<string, string>;
  hostnames?: string[];
  service?: string;
  port?: number;
  rules?: Record<string, unknown>[];
  mesh?: boolean;
  access?: AppNetworkSpec['access'];
  spec?: Record<string, unknown>;
}): AppNetworkSpec {
  const { selector, hostnames, service, port, rules, mesh, access } = input;
  if (rules && (service || port)) {
    throw new Error(
      'rules and service exclude each other: name the Service in rules[].backendRefs',
    );
  }
  if (port && !service) {
    throw new Error('port needs service: it is a port of that Service');
  }
  return {
    // The API server checks the fields that are passed on as they are, and names what is wrong.
    ...(input.spec as AppNetworkSpec | undefined),
    ...(selector && { selector: { matchLabels: selector } }),
    ...(hostnames?.length && { hostnames }),
    ...(service && { rules: [{ backendRefs: [{ name: service, port }] }] }),
    ...(rules && { rules: rules as AppNetworkSpec['rules'] }),
    ...(mesh !== undefined && { mesh: { enabled: mesh } }),
    ...(access && { access }),
  };
}
