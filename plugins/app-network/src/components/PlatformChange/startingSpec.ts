import type { NetworkPlatformSpec } from '@app-network/backstage-plugin-app-network-common';
import { stringify } from 'yaml';

/** Profiles that a new platform may start from, with what each is for. */
export const PROFILES = [
  {
    value: 'development',
    label: 'Development – small, one of each',
  },
  {
    value: 'production',
    label: 'Production – survives the loss of a pod, with an egress gateway',
  },
  {
    value: 'managed',
    label: 'Managed – run from a portal elsewhere',
  },
] as const;

/** Name of a profile. */
export type ProfileName = (typeof PROFILES)[number]['value'];

/** The text that a new platform starts from. */
export function startingSpec(profile: ProfileName): string {
  return stringify({
    profile,
    environmentName: 'default',
    dns: { wildcard: { domain: 'nip.io' } },
    certificates: { selfSigned: {} },
  } satisfies NetworkPlatformSpec);
}

/** The text of a platform that is there. */
export function specText(spec: NetworkPlatformSpec | undefined): string {
  return spec && Object.keys(spec).length > 0 ? stringify(spec) : '';
}
