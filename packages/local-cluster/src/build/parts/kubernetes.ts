import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Part } from '../part.ts';
import type { Versions } from '../versions.ts';
import { goPart } from './goPart.ts';

/** The control plane, the node's programs and kubectl, in one. */
export function kubernetes({ kubernetes: version }: Versions): Part {
  return goPart({
    name: 'kubernetes',
    title: `Kubernetes ${version.replace(/^v/, '')}`,
    estimatedSeconds: 220,
    go: {
      module: 'kubernetes',
      packages: '.',
      variables: versionVariables(version),
    },
    async complete(directory) {
      await symlink('kubernetes', join(directory, 'kubectl'));
    },
  });
}

/** The image of Kubernetes' own end-to-end tests: a real HTTP, gRPC, DNS server for workloads. */
export function agnhost({ agnhost: version }: Versions): Part {
  return goPart({
    name: 'agnhost',
    title: `agnhost ${version}`,
    estimatedSeconds: 30,
    go: {
      module: 'kubernetes',
      packages: 'k8s.io/kubernetes/test/images/agnhost',
    },
  });
}

function versionVariables(version: string): Record<string, string> {
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  const name = 'k8s.io/component-base/version';
  return {
    [`${name}.gitVersion`]: version,
    [`${name}.gitMajor`]: major,
    [`${name}.gitMinor`]: minor,
  };
}
