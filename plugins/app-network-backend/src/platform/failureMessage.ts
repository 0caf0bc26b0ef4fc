import type { HelmRelease } from './components/types';
import { chartField } from './helm';
import type { InstalledRelease } from './installedReleases';
import type { Rollout } from './workloads';

/** A failure of Helm, and what to do about it where the spec is to blame or a place can't be reached. */
export function failureMessage(release: HelmRelease, cause: string): string {
  const advice = ADVICE.find(([pattern]) => pattern.test(cause))?.[1];
  return [sentence(cause), advice?.(release)].filter(Boolean).join(' ');
}

/** What Helm 4 says, and what helps. */
const ADVICE: [RegExp, (release: HelmRelease) => string][] = [
  [
    // A repository; a registry (oras.land/oras-go/v2, errdef.ErrNotFound).
    /version ".*" not found in .* repository|(: |improper constraint: )not found$|manifest unknown/i,
    release =>
      `Name a version that is there in ${versionField(
        release,
      )}, or another place in ${chartField(release)}.`,
  ],
  [
    /cannot be reached|failed to perform "(FetchReference|Resolve)"|dial tcp|no such host|i\/o timeout|x509: |(401|403) (Unauthorized|Forbidden)/i,
    release =>
      `Let the backend reach it, or name another place, such as a .tgz beside the backend, in ${chartField(
        release,
      )}.`,
  ],
  [
    /values don't meet the specifications|execution error at|error calling |template: |cannot (unmarshal|overwrite)|ValidationError|unable to build kubernetes objects|is invalid: /i,
    release => `Correct ${valuesField(release)}.`,
  ],
];

/** What of an earlier version is still there while a new one fails; empty where nothing is. */
export function stillServing(
  installed: InstalledRelease | undefined,
  { readyPods, formerPods, desiredPods }: Rollout,
): string {
  const pods = readyPods + formerPods;
  if (!installed?.deployedVersion || (desiredPods > 0 && pods === 0)) {
    return '';
  }
  return desiredPods > 0
    ? `Version ${installed.deployedVersion}, installed before, goes on serving with ${pods} of ${desiredPods} pods.`
    : `Version ${installed.deployedVersion}, installed before, stays.`;
}

/** Where the spec says which version of the chart is installed. */
function versionField({ component }: HelmRelease): string {
  return `spec.components.${component}.version`;
}

/** Where the spec has a release's values. */
function valuesField({ component, release }: HelmRelease): string {
  const part = VALUES_OF[release] ?? '';
  return component === 'externalDNS'
    ? 'spec.dns.external.values or spec.components.externalDNS.values'
    : `spec.components.${component}${part}.values`;
}

const VALUES_OF: Record<string, string | undefined> = {
  'istio-ingressgateway': '.ingressGateway',
  'istio-egressgateway': '.egressGateway',
};

export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
