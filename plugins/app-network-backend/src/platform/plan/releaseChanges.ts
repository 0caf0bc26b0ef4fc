import {
  NETWORK_PLATFORM_NAME,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { objectRef, refKey } from '../../engine/objects';
import { RELEASE_NAME, RELEASE_NAMESPACE } from '../helmOwner';
import { platformNamespace } from '../namespaces';
import { merge } from './merge';
import { subjectOf, type ObjectChange, type PartChanges } from './plan';
import type { ReleaseInput } from './types';

/** What becomes of the objects of a release: as Helm would install, upgrade or remove them. */
export function releaseChanges(
  input: ReleaseInput,
  deletesDefinitions: boolean,
): PartChanges {
  const { step, rendered } = input;
  if (step.action === 'uninstall') {
    return removal(input, input.manifest, deletesDefinitions);
  }
  if (step.action !== 'upgrade' || !rendered) {
    return { changes: [], kept: [], problems: [] };
  }
  const wanted = new Set(rendered.objects.map(key));
  const dropped = removal(
    input,
    input.manifest.filter(object => !wanted.has(key(object))),
    deletesDefinitions,
  );
  return {
    changes: [
      ...namespaceChange(input),
      ...definitions(input),
      ...rendered.objects.map(object => writing(input, object)),
      ...hooks(input),
      ...dropped.changes,
    ],
    kept: dropped.kept,
    problems: rendered.objects.flatMap(object => taken(input, object)),
  };
}

function writing(input: ReleaseInput, object: KubernetesObject): ObjectChange {
  const before = find(input.live, object);
  const wanted = withHelmMetadata(input, object);
  return {
    release: input.release.release,
    before,
    after: before
      ? (merge(
          before,
          find(input.manifest, object),
          wanted,
        ) as KubernetesObject)
      : wanted,
  };
}

function withHelmMetadata(
  { release: { release, namespace } }: ReleaseInput,
  object: KubernetesObject,
): KubernetesObject {
  const { labels, annotations } = object.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...labels, 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        ...annotations,
        [RELEASE_NAME]: release,
        [RELEASE_NAMESPACE]: namespace,
      },
    },
  };
}

/** An object that is there and not the release's: Helm refuses the whole release for it. */
function taken(
  input: ReleaseInput,
  object: KubernetesObject,
): PartChanges['problems'] {
  const { release, namespace } = input.release;
  const live = find(input.live, object);
  if (!live || find(input.manifest, object)) {
    return [];
  }
  const { annotations = {} } = live.metadata;
  if (
    annotations[RELEASE_NAME] === release &&
    annotations[RELEASE_NAMESPACE] === namespace
  ) {
    return [];
  }
  const owner = annotations[RELEASE_NAME];
  return [
    {
      severity: 'Error',
      subject: subjectOf(live),
      message: `It is there already and ${
        owner
          ? `belongs to Helm release ${owner} in namespace ${annotations[RELEASE_NAMESPACE]}`
          : 'was not made by Helm'
      }, so Helm refuses to install ${release}. Remove or rename it, or leave the component out.`,
    },
  ];
}

/** Helm installs what is in a chart's folder crds once, and only where it isn't there. */
function definitions({
  installed,
  rendered,
  live,
  release,
}: ReleaseInput): ObjectChange[] {
  const isThere = installed && installed.status !== 'uninstalled';
  return isThere
    ? []
    : (rendered?.definitions ?? [])
        .filter(object => !find(live, object))
        .map(after => ({
          release: release.release,
          before: undefined,
          after,
        }));
}

function hooks({ rendered, installed, release }: ReleaseInput): ObjectChange[] {
  const isThere = installed && installed.status !== 'uninstalled';
  return (rendered?.hooks ?? []).flatMap(after => {
    const events = after.metadata.annotations?.['helm.sh/hook'] ?? '';
    return events.includes(isThere ? 'upgrade' : 'install')
      ? [
          {
            release: release.release,
            before: undefined,
            after,
            note: `A hook of the chart (${events}): Helm makes it anew each time.`,
          },
        ]
      : [];
  });
}

function namespaceChange({
  release,
  createsNamespace,
}: ReleaseInput): ObjectChange[] {
  const { namespace } = release;
  return createsNamespace
    ? [
        {
          release: release.release,
          before: undefined,
          after: platformNamespace(namespace, NETWORK_PLATFORM_NAME),
        },
      ]
    : [];
}

/** Objects that Helm no longer wants: deleted, unless the chart says that they stay. */
function removal(
  { release, live }: ReleaseInput,
  objects: KubernetesObject[],
  deletesDefinitions: boolean,
): PartChanges {
  const there = objects.flatMap(object => {
    const before = find(live, object);
    return before ? [{ object, before }] : [];
  });
  const stays = ({ object }: (typeof there)[number]) =>
    object.metadata.annotations?.['helm.sh/resource-policy'] === 'keep' &&
    !(deletesDefinitions && object.kind === DEFINITION);
  return {
    changes: there
      .filter(entry => !stays(entry))
      .map(({ before }) => ({
        release: release.release,
        before,
        after: undefined,
        ...(before.kind === DEFINITION
          ? { note: `And with it every object of the kind ${kindOf(before)}.` }
          : {}),
      })),
    kept: there.filter(stays).map(({ before }) => ({
      ref: objectRef(before),
      reason:
        before.kind === DEFINITION
          ? `Stays, because deleting it would delete every ${kindOf(
              before,
            )} of the cluster.`
          : 'The chart says that it stays (helm.sh/resource-policy).',
    })),
    problems: [],
  };
}

const DEFINITION = 'CustomResourceDefinition';

function kindOf(definition: KubernetesObject): string {
  const { spec } = definition as KubernetesObject & {
    spec?: { names?: { kind?: string } };
  };
  return spec?.names?.kind ?? definition.metadata.name;
}

function find(
  objects: KubernetesObject[],
  object: KubernetesObject,
): KubernetesObject | undefined {
  return objects.find(other => key(other) === key(object));
}

function key(object: KubernetesObject): string {
  return refKey(objectRef(object));
}
