import type { SystemComponentStatus } from '@app-network/backstage-plugin-app-network-common';

/** How far one of the things is that a system component asks for. */
export type Part = Pick<SystemComponentStatus, 'state'> & { message: string };

export const READY: Part = { state: 'Ready', message: '' };

export function failed(message: string): Part {
  return { state: 'Failed', message };
}

export function progressing(message: string): Part {
  return { state: 'Progressing', message };
}
