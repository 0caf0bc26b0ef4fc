import {
  withDefaults,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import type { ClusterFacts } from '../clusterFacts';
import type { ReleaseView } from '../componentStatus';
import { EXTERNAL_DNS } from '../components/externalDns';
import { platformFacts } from '../facts';
import type { PlatformObject } from '../render/render';
import type { SyncReport } from './externalDnsLog';
import type { Looks } from './looks';
import type { NamesQuestion, SeenName } from './names';
import type { SyncQuestion } from './syncReports';
import { isInZone } from './zones';

/** What is seen of a platform's DNS from outside. */
export interface DnsObservation {
  /** It is being looked at for the first time, or for the first time since something else is asked. */
  isLooking?: boolean;
  /** The names of system components. */
  names?: SeenName[];
  /** How ExternalDNS gets on. */
  report?: SyncReport;
}

/** Gives what was seen last, and has it looked at. With wildcard DNS there is nothing to look at: the name itself says where it leads. */
export function observeDns(
  looks: {
    names: Looks<NamesQuestion, SeenName[]>;
    reports: Looks<SyncQuestion, SyncReport>;
  },
  platform: NetworkPlatform,
  seen: {
    views: ReleaseView[];
    rendered: PlatformObject[];
    facts: ClusterFacts;
  },
): DnsObservation {
  const key = platform.metadata.name;
  const { dns } = platformFacts(withDefaults(platform));
  const targets = seen.facts.systemAddresses;
  const hostnames = systemHostnames(seen.rendered);
  const looksAtNames =
    dns.mode !== 'Wildcard' && hostnames.length > 0 && targets.length > 0;
  if (!looksAtNames) {
    looks.names.forget(key);
  }
  const view = seen.views.find(
    ({ release }) => release.release === EXTERNAL_DNS && release.enabled,
  );
  if (!view?.installed) {
    looks.reports.forget(key);
  }
  const names = looksAtNames
    ? looks.names.see(key, {
        targets,
        names: hostnames.map(hostname =>
          dns.mode === 'External' && isInZone(hostname, dns.zone)
            ? { hostname, zone: dns.zone, servers: dns.servers }
            : { hostname },
        ),
      })
    : undefined;
  const report = view?.installed
    ? looks.reports.see(key, {
        namespace: view.release.namespace,
        release: view.release.release,
        generation: view.installed.revision,
      })
    : undefined;
  return {
    isLooking:
      (looksAtNames && !names) || (view?.installed !== undefined && !report),
    names,
    report,
  };
}

/** The hosts of the platform's Ingresses, each once. */
function systemHostnames(rendered: readonly PlatformObject[]): string[] {
  const hosts = rendered
    .filter(({ object }) => object.kind === 'Ingress')
    .flatMap(({ object }) => {
      const { spec } = object as { spec?: { rules?: { host?: string }[] } };
      return (spec?.rules ?? []).flatMap(({ host }) => host ?? []);
    });
  return [...new Set(hosts)].sort();
}
