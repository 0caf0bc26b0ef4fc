import type { HelmRelease } from './components/types';
import type { InstalledRelease } from './installedReleases';

/** What is to be done about one release. */
export type Step =
  | { action: 'none' }
  /** Something else has to be done first. */
  | { action: 'wait'; message: string }
  /** It is somebody else's. */
  | { action: 'refuse'; message: string }
  | {
      action: 'upgrade';
      /** Revision that a run of Helm left unfinished when it died; Helm refuses to go on while it is there. */
      unfinished?: { namespace: string; name: string };
    }
  | { action: 'uninstall' };

/** What a decision about one release is made from. */
export interface StepInput {
  /** As it should be. */
  release: HelmRelease;
  /** {@link HelmRelease} as a digest. */
  digest: string;
  /** As it is; undefined where it is not installed. */
  installed: InstalledRelease | undefined;
  /** Names of the releases that have to be ready before this one is installed, or gone before it is removed. */
  waitsFor: readonly string[];
  /** Whether something of it is to be put right that was changed since. */
  repair?: boolean;
}

/**
 * Decides from what is, not from what happened, so a restart in the middle of anything goes on where it was.
 *
 * An unfinished revision is one whose Helm died: it is dropped, and Helm run again. Nothing that was made is taken down for that; Helm
 * adopts what carries its own annotations (helm.sh/helm/v4/pkg/action/validate.go).
 */
export function nextStep(input: StepInput): Step {
  const { release, digest, installed, waitsFor, repair = false } = input;
  const there = installed && installed.status !== 'uninstalled';
  if (release.existing) {
    return { action: 'none' };
  }
  if (!release.enabled) {
    if (!there || !installed.ours) {
      return { action: 'none' };
    }
    return waitsFor.length > 0
      ? {
          action: 'wait',
          message: `Waits until ${listed(waitsFor)} is removed.`,
        }
      : { action: 'uninstall' };
  }
  if (there && !installed.ours) {
    return { action: 'refuse', message: foreign(release, installed) };
  }
  if (there && installed.status === 'uninstalling') {
    return { action: 'uninstall' };
  }
  if (
    there &&
    installed.status === 'deployed' &&
    installed.digest === digest &&
    !repair
  ) {
    return { action: 'none' };
  }
  if (waitsFor.length > 0) {
    return { action: 'wait', message: `Waits for ${listed(waitsFor)}.` };
  }
  return {
    action: 'upgrade',
    ...(there && installed.status.startsWith('pending-')
      ? {
          unfinished: {
            namespace: installed.namespace,
            name: installed.secretName,
          },
        }
      : {}),
  };
}

function foreign(release: HelmRelease, installed: InstalledRelease): string {
  const { namespace, revision, version, status } = installed;
  return (
    `Helm release ${release.release} in namespace ${namespace} (chart version ${
      version ?? 'unknown'
    }, revision ${revision}, ${status}) was not installed by App Network and is left alone. ` +
    `To use it as it is, set ${enabledField(
      release,
    )} to false; to have it managed here, remove it with: helm uninstall ${
      release.release
    } --namespace ${namespace}`
  );
}

/** Where the spec says whether a release is installed. */
export function enabledField({ component, release }: HelmRelease): string {
  return `spec.components.${component}${GATEWAY_FIELDS[release] ?? ''}.enabled`;
}

/** What leaves out a release that is not wanted. */
export function leftOutBy(release: HelmRelease): string {
  return release.component === 'externalDNS'
    ? `spec.dns, which asks for no external DNS, or by ${enabledField(release)}`
    : `${enabledField(release)} or by the profile`;
}

const GATEWAY_FIELDS: Record<string, string> = {
  'istio-ingressgateway': '.ingressGateway',
  'istio-egressgateway': '.egressGateway',
};

function listed(names: readonly string[]): string {
  return names.join(' and ');
}
