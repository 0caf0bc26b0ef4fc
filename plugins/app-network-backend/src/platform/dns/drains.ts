import type { LoggerService } from '@backstage/backend-plugin-api';
import { objectRef } from '../../engine/objects';
import type { KubernetesClient } from '../../engine/types';
import type { ReleaseView } from '../componentStatus';
import { EXTERNAL_DNS } from '../components/externalDns';
import type { HelmRelease } from '../components/types';
import type { Step } from '../nextStep';
import type { Workload } from '../workloads';
import type { SyncReport } from './externalDnsLog';
import type { Looks } from './looks';
import type { SyncQuestion } from './syncReports';

/** Has ExternalDNS remove the records that it has made before it goes, or turns to another zone: nobody else would. */
export interface Drains {
  /**
   * What to do about a release instead of its next step; undefined where that is right.
   *
   * @param deployment - as the cache has it
   */
  step(
    view: ReleaseView,
    deployment: Workload | undefined,
  ): Promise<Step | undefined>;
}

/** When the draining began, ISO 8601, and the arguments from before. */
const SINCE = 'app-network.io/draining-since';
const ARGS_BEFORE = 'app-network.io/args-before-draining';

/** No object has this label, so that no record is wanted. */
const NOTHING = '--label-filter=app-network.io/records=none';

/**
 * How long ExternalDNS has to remove the records, in milliseconds, and how long where its provider refuses, such as a zone that was a slip
 * of the pen: what does not answer must not keep the platform for ever.
 */
export const DRAIN_LIMIT_MS = 120_000;
export const REFUSED_LIMIT_MS = 30_000;

export function createDrains(options: {
  client: KubernetesClient;
  reports: Looks<SyncQuestion, SyncReport>;
  logger: LoggerService;
  now?: () => Date;
}): Drains {
  const { client, reports, logger, now = () => new Date() } = options;
  let givenUp = '';
  return {
    async step(view, deployment) {
      const { release } = view;
      if (release.release !== EXTERNAL_DNS) {
        return undefined;
      }
      const key = `drain ${release.namespace}`;
      const args = deployment ? argsOf(deployment) : [];
      if (!deployment || !leavesRecords(view, args)) {
        reports.forget(key);
        // Somebody has thought better of it in the meantime.
        if (deployment && args.includes(NOTHING) && staysAsItIs(view)) {
          await client.mergePatch(
            objectRef(deployment),
            argsPatch(deployment, argsBefore(deployment)),
          );
        }
        return undefined;
      }
      if (!args.includes(NOTHING)) {
        await client.mergePatch(
          objectRef(deployment),
          argsPatch(deployment, drainingArgs(args), {
            [SINCE]: now().toISOString(),
            [ARGS_BEFORE]: JSON.stringify(args),
          }),
        );
        return waiting();
      }
      const report = view.rollout.ready
        ? reports.see(key, {
            namespace: release.namespace,
            release: release.release,
            generation: deployment.metadata.generation ?? 0,
          })
        : undefined;
      if (report?.upToDate) {
        return undefined;
      }
      const since = Date.parse(deployment.metadata.annotations?.[SINCE] ?? '');
      const limit = report?.problem ? REFUSED_LIMIT_MS : DRAIN_LIMIT_MS;
      if (now().getTime() - since < limit) {
        return waiting(report?.problem);
      }
      // Told once, however often the next step has to be tried.
      const attempt = `${key} ${since}`;
      if (givenUp !== attempt) {
        givenUp = attempt;
        logger.warn(
          `ExternalDNS in namespace ${
            release.namespace
          } has not removed its records within ${limit / 1000} s${
            report?.problem ? ` (${report.problem})` : ''
          } and is not waited for any longer; those that are left have to be removed by hand. They have TXT records with their owner beside them.`,
        );
      }
      return undefined;
    },
  };
}

/** Whether what is to be done with a release would leave records behind. */
export function leavesRecords(
  { release, step, running, installed }: ReleaseView,
  args: readonly string[],
): boolean {
  if (
    running ||
    !installed?.ours ||
    // Where it may not delete, that is how its user wants it.
    !args.includes('--policy=sync')
  ) {
    return false;
  }
  if (step.action === 'upgrade') {
    return turnsAway(release, args);
  }
  return step.action === 'uninstall';
}

/** Whether records would be made in another zone, at another provider, or by another owner: the old ones would be nobody's. */
function turnsAway({ values }: HelmRelease, args: readonly string[]): boolean {
  const { provider, domainFilters, txtOwnerId } = values as {
    provider?: string | { name?: string };
    domainFilters?: string[];
    txtOwnerId?: string;
  };
  const name = typeof provider === 'string' ? provider : provider?.name;
  return [
    ...(domainFilters ?? []).map(zone => `--domain-filter=${zone}`),
    `--provider=${name}`,
    `--txt-owner-id=${txtOwnerId}`,
  ].some(arg => !args.includes(arg));
}

function argsOf(deployment: Workload): string[] {
  return containersOf(deployment).find(isExternalDns)?.args ?? [];
}

function containersOf({ spec }: Workload) {
  return spec?.template?.spec?.containers ?? [];
}

function isExternalDns({ name }: { name: string }): boolean {
  return name === 'external-dns';
}

function staysAsItIs({ release, step, running }: ReleaseView): boolean {
  return release.enabled && step.action === 'none' && !running;
}

/** With a filter that nothing passes, in place of what filters there are, and looking often. */
function drainingArgs(args: readonly string[]): string[] {
  const replaced = ['--label-filter=', '--interval='];
  return [
    ...args.filter(arg => !replaced.some(start => arg.startsWith(start))),
    NOTHING,
    '--interval=5s',
  ];
}

function argsBefore({ metadata }: Workload): string[] {
  return JSON.parse(metadata.annotations?.[ARGS_BEFORE] ?? '[]') as string[];
}

function argsPatch(
  deployment: Workload,
  args: readonly string[],
  annotations: Record<string, string | null> = {
    [SINCE]: null,
    [ARGS_BEFORE]: null,
  },
): object {
  return {
    // Nobody has changed it since.
    metadata: {
      resourceVersion: deployment.metadata.resourceVersion,
      annotations,
    },
    spec: {
      template: {
        spec: {
          containers: containersOf(deployment).map(container =>
            isExternalDns(container) ? { ...container, args } : container,
          ),
        },
      },
    },
  };
}

function waiting(problem?: string): Step {
  return {
    action: 'wait',
    message: `Waits until ExternalDNS has removed the records that it has made, for ${
      DRAIN_LIMIT_MS / 1000
    } s at most.${problem ? ` It says: ${problem}` : ''}`,
  };
}
