import type {
  KubernetesObject,
  NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import type { HelmRelease } from '../components/types';
import type { InstalledRelease } from '../installedReleases';
import { makePlan } from './plan';
import type { PlanInput, ReleaseInput } from './types';

const RELEASE: HelmRelease = {
  component: 'istio',
  release: 'istiod',
  namespace: 'istio-system',
  enabled: true,
  chart: 'istiod',
  source: { path: '/charts/istiod.tgz' },
  values: {},
  layers: { profile: {}, user: {} },
  needs: [],
};

const INSTALLED = {
  release: 'istiod',
  namespace: 'istio-system',
  revision: 1,
  status: 'deployed',
  ours: true,
  version: '1.31.0',
} as InstalledRelease;

const PLATFORM: NetworkPlatform = {
  apiVersion: 'app-network.io/v1alpha1',
  kind: 'NetworkPlatform',
  metadata: { name: 'default', resourceVersion: '1', generation: 1 },
  spec: { profile: 'development' },
};

const OWNER = {
  'app.kubernetes.io/managed-by': 'app-network',
  'app-network.io/owner': 'default',
};

/** As Helm makes an object: with what it notes of its release. */
const configMap = (
  name: string,
  data: object,
  metadata: object = {},
): KubernetesObject =>
  ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      namespace: 'istio-system',
      name,
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        'meta.helm.sh/release-name': 'istiod',
        'meta.helm.sh/release-namespace': 'istio-system',
      },
      ...metadata,
    },
    data,
  } as KubernetesObject);

const upgrade = (
  objects: {
    manifest?: KubernetesObject[];
    live?: KubernetesObject[];
    rendered?: KubernetesObject[];
  },
  more: Partial<ReleaseInput> = {},
): ReleaseInput => ({
  release: RELEASE,
  step: { action: 'upgrade' },
  installed: INSTALLED,
  manifest: objects.manifest ?? [],
  live: objects.live ?? [],
  rendered: {
    objects: objects.rendered ?? [],
    definitions: [],
    hooks: [],
    chartDigest: 'a',
  },
  createsNamespace: false,
  ...more,
});

const input = (more: Partial<PlanInput> = {}): PlanInput => ({
  action: 'Change',
  platform: { live: PLATFORM, desired: PLATFORM },
  releases: [],
  own: { desired: [], live: [] },
  deletesDefinitions: false,
  problems: [],
  ...more,
});

const listed = (plan: ReturnType<typeof makePlan>) =>
  plan.objects.map(({ action, ref }) => `${action} ${ref.kind} ${ref.name}`);

describe('makePlan', () => {
  it('is empty where nothing changes', () => {
    expect(makePlan(input())).toMatchObject({ objects: [], problems: [] });
  });

  it('tells what is created, changed and deleted, and leaves out what stays', () => {
    const plan = makePlan(
      input({
        platform: {
          live: PLATFORM,
          desired: { ...PLATFORM, spec: { profile: 'production' } },
        },
        releases: [
          upgrade({
            manifest: ['same', 'other', 'gone'].map(name =>
              configMap(name, { a: '1' }),
            ),
            live: ['same', 'other', 'gone'].map(name =>
              configMap(name, { a: '1' }, { uid: name, resourceVersion: '7' }),
            ),
            rendered: [
              configMap('same', { a: '1' }),
              configMap('other', { a: '2' }),
              configMap('new', { a: '1' }),
            ],
          }),
        ],
      }),
    );
    expect(listed(plan)).toEqual([
      'Change NetworkPlatform default',
      'Change ConfigMap other',
      'Create ConfigMap new',
      'Delete ConfigMap gone',
    ]);
    expect(plan.objects[0].diff).toContain(
      '-  profile: development\n+  profile: production',
    );
    expect(plan.objects[0]).not.toHaveProperty('release');
    expect(plan.objects[1]).toMatchObject({ release: 'istiod' });
    expect(plan.objects[1].diff).toMatch(/^- {2}a: '1'\n\+ {2}a: '2'$/m);
    expect(plan.objects[1].before).not.toContain('resourceVersion');
    expect(plan.releases).toEqual([
      expect.objectContaining({ release: 'istiod', action: 'Upgrade' }),
    ]);
  });

  it('never shows what a Secret keeps, and says what of it changes', () => {
    const secret = (password: string) =>
      ({
        ...configMap('admin', { password: btoa(password), user: btoa('root') }),
        kind: 'Secret',
      } as KubernetesObject);
    const release = (after: string) =>
      upgrade({
        manifest: [secret('old-one')],
        live: [secret('old-one')],
        rendered: [secret(after)],
      });
    const plan = makePlan(input({ releases: [release('new-one')] }));
    expect(plan.objects[0].diff).toContain('+  password: (hidden, changed)');
    expect(plan.objects[0].after).toContain('user: (hidden)');
    const text = JSON.stringify(plan);
    for (const word of ['old-one', 'new-one', 'root']) {
      expect(text).not.toContain(btoa(word));
    }
    // It looks the same, and is another plan.
    expect(makePlan(input({ releases: [release('newer-one')] })).id).not.toBe(
      plan.id,
    );
  });

  it('hides what is written into a Secret as text, too', () => {
    const after = {
      ...configMap('admin', {}),
      kind: 'Secret',
      stringData: { password: 'plain' },
    } as KubernetesObject;
    const plan = makePlan(
      input({ releases: [upgrade({ rendered: [after] })] }),
    );
    expect(plan.objects[0].after).toContain('password: (hidden)');
    expect(JSON.stringify(plan)).not.toContain('plain');
  });

  it('has the same id for the same plan, and another one for another chart', () => {
    const release = upgrade({ rendered: [configMap('a', {})] });
    const plan = (chartDigest: string) =>
      makePlan(
        input({
          releases: [
            {
              ...release,
              rendered: release.rendered && {
                ...release.rendered,
                chartDigest,
              },
            },
          ],
        }),
      );
    expect(plan('a').id).toBe(plan('a').id);
    expect(plan('a').id).not.toBe(plan('b').id);
  });

  it('shows the rest where a chart can’t be rendered', () => {
    const plan = makePlan(
      input({
        releases: [
          { ...upgrade({}), rendered: undefined, problem: 'no such chart' },
          upgrade({ rendered: [configMap('a', {})] }),
        ],
      }),
    );
    expect(plan.problems).toEqual([
      {
        severity: 'Error',
        subject: 'Helm release istiod',
        message: 'no such chart',
      },
    ]);
    expect(listed(plan)).toEqual(['Create ConfigMap a']);
  });

  it('says that Helm will refuse what is there and somebody else’s', () => {
    const plan = makePlan(
      input({
        releases: [
          upgrade({
            live: [configMap('a', {}, { annotations: {}, labels: {} })],
            rendered: [configMap('a', {})],
          }),
        ],
      }),
    );
    expect(plan.problems).toEqual([
      expect.objectContaining({
        severity: 'Error',
        subject: 'ConfigMap istio-system/a',
        message: expect.stringContaining('was not made by Helm'),
      }),
    ]);
  });

  it('names what was there already and is used', () => {
    const plan = makePlan(
      input({
        releases: [
          {
            ...upgrade({}),
            step: { action: 'none' },
            rendered: undefined,
            installed: undefined,
            release: {
              ...RELEASE,
              enabled: false,
              existing: {
                namespace: 'mesh',
                name: 'istiod',
                version: '1.29.0',
                serviceAccount: 'istiod',
                podLabels: {},
                ready: true,
              },
            },
          },
        ],
      }),
    );
    expect(plan.releases).toEqual([
      expect.objectContaining({
        action: 'Use',
        namespace: 'mesh',
        installedVersion: '1.29.0',
        message: expect.stringContaining('Deployment mesh/istiod'),
      }),
    ]);
  });

  describe('a removal', () => {
    const definition: KubernetesObject = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: {
        name: 'gateways.networking.istio.io',
        annotations: { 'helm.sh/resource-policy': 'keep' },
      },
      spec: { names: { kind: 'Gateway' } },
    } as KubernetesObject;
    const removal = (deletesDefinitions: boolean) =>
      makePlan(
        input({
          action: 'Remove',
          platform: { live: PLATFORM, desired: undefined },
          deletesDefinitions,
          releases: [
            {
              ...upgrade({
                manifest: [definition, configMap('a', {})],
                live: [definition, configMap('a', {})],
              }),
              step: { action: 'uninstall' },
              rendered: undefined,
            },
          ],
          own: {
            desired: [],
            live: [configMap('ours', {}, { labels: OWNER })],
          },
        }),
      );

    it('keeps the kinds, and says so', () => {
      const plan = removal(false);
      expect(listed(plan)).toEqual([
        'Delete NetworkPlatform default',
        'Delete ConfigMap a',
        'Delete ConfigMap ours',
      ]);
      expect(plan.kept).toEqual([
        {
          ref: expect.objectContaining({
            name: 'gateways.networking.istio.io',
          }),
          reason:
            'Stays, because deleting it would delete every Gateway of the cluster.',
        },
      ]);
    });

    it('deletes the kinds when asked, and says what goes with them', () => {
      const plan = removal(true);
      expect(plan.kept).toEqual([]);
      expect(plan.objects[1]).toMatchObject({
        action: 'Delete',
        ref: { name: 'gateways.networking.istio.io' },
        note: 'And with it every object of the kind Gateway.',
      });
    });
  });

  describe('the platform’s own objects', () => {
    const desired = configMap('ours', { a: '2' }, { labels: {} });
    const applied = {
      'f:data': { 'f:a': {}, 'f:b': {} },
      'f:metadata': { 'f:labels': {}, 'f:annotations': {} },
    };
    const live = (labels: object) =>
      configMap(
        'ours',
        { a: '1', b: 'ours', c: 'theirs' },
        {
          labels,
          managedFields: [
            {
              manager: 'app-network',
              operation: 'Apply',
              apiVersion: 'v1',
              fieldsV1: applied,
            },
          ],
        },
      );

    it('become what is applied: fields of ours go, fields of others stay', () => {
      const plan = makePlan(
        input({ own: { desired: [desired], live: [live(OWNER)] } }),
      );
      expect(plan.objects[0].diff).toMatch(
        /- {2}a: '1'\n- {2}b: ours\n\+ {2}a: '2'\n {3}c: theirs/,
      );
    });

    it('leave alone what has their name and is somebody else’s', () => {
      const plan = makePlan(
        input({ own: { desired: [desired], live: [live({})] } }),
      );
      expect(plan.objects).toEqual([]);
      expect(plan.problems[0].message).toContain('somebody else’s');
    });
  });
});
