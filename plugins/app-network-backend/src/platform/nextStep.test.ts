import type { HelmRelease } from './components/types';
import type { InstalledRelease } from './installedReleases';
import { nextStep, type Step, type StepInput } from './nextStep';

const release: HelmRelease = {
  component: 'istio',
  release: 'istiod',
  namespace: 'istio-system',
  enabled: true,
  chart: 'istiod',
  source: { repository: 'https://example.com' },
  version: '1.2.3',
  values: {},
  layers: { profile: {}, user: {} },
  needs: ['istio-base'],
};

const installed: InstalledRelease = {
  release: 'istiod',
  namespace: 'istio-system',
  revision: 2,
  status: 'deployed',
  ours: true,
  digest: 'a',
  secretName: 'sh.helm.release.v1.istiod.v2',
  version: '1.2.3',
  deployedVersion: '1.2.3',
  lastDeployed: undefined,
  description: '',
  workloads: [],
  objects: [],
};

const input = (change: Partial<StepInput>): StepInput => ({
  release,
  digest: 'a',
  installed,
  waitsFor: [],
  ...change,
});

const off = { ...release, enabled: false };

describe('nextStep', () => {
  it.each<[string, Partial<StepInput>, Step]>([
    ['does nothing where all is as it should be', {}, { action: 'none' }],
    [
      'does nothing then, even if what it needs is not ready',
      { waitsFor: ['istio-base'] },
      { action: 'none' },
    ],
    [
      'installs what is not there',
      { installed: undefined },
      { action: 'upgrade' },
    ],
    [
      'waits for what it needs',
      { installed: undefined, waitsFor: ['istio-base', 'cert-manager'] },
      { action: 'wait', message: 'Waits for istio-base and cert-manager.' },
    ],
    ['upgrades what has changed', { digest: 'b' }, { action: 'upgrade' }],
    [
      'tries again what failed',
      { installed: { ...installed, status: 'failed' } },
      { action: 'upgrade' },
    ],
    [
      'drops what a dead run left',
      { installed: { ...installed, status: 'pending-upgrade' } },
      {
        action: 'upgrade',
        unfinished: {
          namespace: 'istio-system',
          name: 'sh.helm.release.v1.istiod.v2',
        },
      },
    ],
    [
      'ends a removal before it installs',
      { installed: { ...installed, status: 'uninstalling' } },
      { action: 'uninstall' },
    ],
    [
      'installs again what was removed with its history kept',
      { installed: { ...installed, status: 'uninstalled', ours: false } },
      { action: 'upgrade' },
    ],
    ['removes what is switched off', { release: off }, { action: 'uninstall' }],
    [
      'removes after what needs it',
      { release: off, waitsFor: ['istio-ingressgateway'] },
      {
        action: 'wait',
        message: 'Waits until istio-ingressgateway is removed.',
      },
    ],
    [
      'has nothing to remove',
      { release: off, installed: undefined },
      { action: 'none' },
    ],
    [
      "never removes somebody else's",
      { release: off, installed: { ...installed, ours: false } },
      { action: 'none' },
    ],
  ])('%s', (_, change, expected) => {
    expect(nextStep(input(change))).toEqual(expected);
  });

  it("never touches somebody else's, and says what can be done", () => {
    expect(
      nextStep(
        input({
          installed: { ...installed, ours: false, status: 'pending-upgrade' },
        }),
      ),
    ).toEqual({
      action: 'refuse',
      message:
        'Helm release istiod in namespace istio-system (chart version 1.2.3, revision 2, pending-upgrade) was not installed by App Network and is left alone. To use it as it is, set spec.components.istio.enabled to false; to have it managed here, remove it with: helm uninstall istiod --namespace istio-system',
    });
  });
});
