import { withDefaults } from '@app-network/backstage-plugin-app-network-common';
import { platformFacts } from '../facts';
import type { PlatformObservation, Row } from './row';

/** P8: generated names resolve. */
export function dnsReady(observation: PlatformObservation): Row {
  const { platform, addresses } = observation;
  const spec = withDefaults(platform).spec ?? {};
  const type = 'DNSReady';
  const { dns, dnsSuffix } = platformFacts({
    ...platform,
    status: { ingress: { applications: { addresses } } },
  });
  if (dns.mode === 'External') {
    return {
      type,
      status: 'False',
      reason: 'NotSupported',
      message: `This version does not install ExternalDNS: make a record *.${dns.zone} for the gateway and say spec.dns.custom, or use spec.dns.wildcard.`,
    };
  }
  if (dns.mode === 'Custom') {
    return {
      type,
      status: 'True',
      reason: 'Custom',
      message: `Names end in ${dnsSuffix}; their records are yours to make.`,
    };
  }
  if (dnsSuffix) {
    return {
      type,
      status: 'True',
      reason: 'Wildcard',
      message: `Names end in ${dnsSuffix}, which resolves by itself.`,
    };
  }
  const hostname = addresses[0]?.value;
  return {
    type,
    status: 'False',
    reason: hostname ? 'NoIPAddress' : 'NoAddress',
    message: hostname
      ? `The load balancer gives the hostname ${hostname} and no IP address, which ${
          spec.dns?.wildcard?.domain ?? 'nip.io'
        } needs: use spec.dns.custom or spec.dns.external.`
      : 'The ingress gateway has no address yet.',
    progressing: !hostname,
  };
}
