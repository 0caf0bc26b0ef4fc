import type { LoggerService } from '@backstage/backend-plugin-api';
import type {
  ComponentStatus,
  NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';

/** Tells in the log of each component that has come to another step, or another state. */
export function logProgress(
  logger: LoggerService,
  cluster: string,
  { status }: NetworkPlatform,
  components: readonly ComponentStatus[],
): void {
  for (const component of components) {
    const previous = status?.components?.find(
      ({ release }) => release === component.release,
    );
    if (isElsewhere(previous, component)) {
      const { release, state, step, percent, message } = component;
      const where = step ? `${state}, ${step}, ${percent} %` : state;
      const log = state === 'Failed' ? logger.warn : logger.info;
      log.call(
        logger,
        `${release} on cluster ${cluster}: ${where}${
          message ? `: ${message}` : ''
        }`,
      );
    }
  }
}

function isElsewhere(
  previous: ComponentStatus | undefined,
  component: ComponentStatus,
): boolean {
  return previous
    ? previous.state !== component.state || previous.step !== component.step
    : component.state !== 'Disabled';
}
