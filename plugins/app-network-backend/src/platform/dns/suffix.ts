import { isIPv4 } from 'node:net';
import type {
  Address,
  NetworkPlatformSpec,
} from '@app-network/backstage-plugin-app-network-common';

/**
 * The suffix of generated hostnames. With wildcard DNS it carries the gateway's IP address, for that is what such a server answers with
 * (nip.io: dots or dashes for IPv4; sslip.io: also IPv6, with dashes); a gateway known by a hostname alone has no such suffix.
 */
export function dnsSuffix(
  spec: NetworkPlatformSpec,
  addresses: Address[],
): string | undefined {
  const { external, custom, wildcard } = spec.dns ?? {};
  if (external) {
    return external.zone;
  }
  if (custom) {
    return custom.suffix;
  }
  const ip = addresses.filter(({ type }) => type === 'IPAddress');
  const address = ip.find(({ value }) => isIPv4(value)) ?? ip[0];
  return address
    ? `${address.value.replace(/:/g, '-')}.${wildcard?.domain ?? 'nip.io'}`
    : undefined;
}
