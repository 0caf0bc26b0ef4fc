import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';

/** An AppNetwork in a message to the users of another one: `AppNetwork shop in namespace web`. */
export function describeAppNetwork({ metadata }: AppNetwork): string {
  return `AppNetwork ${metadata.name} in namespace ${metadata.namespace}`;
}
