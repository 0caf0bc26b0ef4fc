import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { moduleDirectory } from '../go.ts';
import type { Part } from '../part.ts';
import type { Versions } from '../versions.ts';
import { goPart } from './goPart.ts';

/** The first process of every pod. */
export function pause({ pause: version }: Versions): Part {
  return goPart({
    name: 'pause',
    title: `pause ${version}`,
    estimatedSeconds: 5,
    go: { module: 'pause', packages: '.' },
  });
}

/** The cluster's DNS server. */
export function coredns({ coredns: version }: Versions): Part {
  return goPart({
    name: 'coredns',
    title: `CoreDNS ${version.replace(/^v/, '')}`,
    estimatedSeconds: 90,
    go: { module: 'coredns', packages: 'tool' },
  });
}

/** The Helm program. */
export function helm({ helm: version }: Versions): Part {
  return goPart({
    name: 'helm',
    title: `Helm ${version.replace(/^v/, '')}`,
    estimatedSeconds: 105,
    go: {
      module: 'helm',
      packages: 'tool',
      variables: { 'helm.sh/helm/v4/internal/version.version': version },
    },
  });
}

/** pilot-discovery (istiod), pilot-agent, and Envoy's bootstrap template (`envoy_bootstrap.json`). */
export function istio({ istio: version, istioRevision }: Versions): Part {
  const name = 'istio.io/istio/pkg/version';
  return goPart({
    name: 'istio',
    title: `Istio ${version}`,
    estimatedSeconds: 190,
    go: {
      module: 'istio',
      packages: 'tool',
      // As upstream's release is built: generated marshalling, and without validators that nothing calls.
      tags: ['vtprotobuf', 'disable_pgv'],
      variables: {
        [`${name}.buildVersion`]: version,
        [`${name}.buildTag`]: version,
        [`${name}.buildGitRevision`]: istioRevision,
        [`${name}.buildStatus`]: 'Clean',
      },
    },
    async complete(directory, { run }) {
      const source = await moduleDirectory('istio', 'istio.io/istio', run);
      await copyFile(
        join(source, 'tools', 'packaging', 'common', 'envoy_bootstrap.json'),
        join(directory, 'envoy_bootstrap.json'),
      );
    },
  });
}

/** cert-manager's controller, webhook, cainjector, HTTP-01 solver and start-up check, in one. */
export function certManager({ certManager: version }: Versions): Part {
  return goPart({
    name: 'cert-manager',
    title: `cert-manager ${version.replace(/^v/, '')}`,
    estimatedSeconds: 130,
    go: {
      module: 'cert-manager',
      packages: '.',
      variables: {
        'github.com/cert-manager/cert-manager/pkg/util.AppVersion': version,
      },
    },
  });
}
