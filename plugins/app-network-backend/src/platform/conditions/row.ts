import type {
  Address,
  ComponentStatus,
  Condition,
  KubernetesObject,
  NetworkPlatform,
  PlatformConditionType,
  SystemComponentStatus,
} from '@app-network/backstage-plugin-app-network-common';
import type { AdmissionObservation } from '../../admission/observation';
import type { NewCondition } from '../../engine/conditions';
import { describe } from '../../engine/objects';
import type { ReconcileOwnedResult } from '../../engine/types';
import type { ClusterFacts } from '../clusterFacts';
import type { DnsObservation } from '../dns/observeDns';
import type { PlatformObject } from '../render/render';

/** What a platform's status is made from. */
export interface PlatformObservation {
  platform: NetworkPlatform;
  components: ComponentStatus[];
  systemComponents: SystemComponentStatus[];
  facts: ClusterFacts;
  /** Addresses of the ingress gateway. */
  addresses: Address[];
  /** Why there are none; empty where there are some. */
  addressMessage: string;
  /** What became of the platform's own objects. */
  owned: ReconcileOwnedResult;
  /** The issuer that the spec asks for, where it is a ClusterIssuer that could be looked at. */
  issuer: KubernetesObject | undefined;
  /** The platform's own objects as they should be. */
  rendered: PlatformObject[];
  /** What is seen of its names; absent where nothing has been looked at. */
  dns?: DnsObservation;
  /** What is seen of the admission webhook; absent where there is to be none. */
  admission?: AdmissionObservation;
  /** What keeps one of its Certificates from being issued, from below it; undefined where nothing tells. */
  issuanceCause?: (certificate: KubernetesObject) => string | undefined;
  /** What the spec says of certificates and can't be done. */
  certificateProblems: string[];
  now: Date;
}

/** A condition, and whether what is wrong is on its way. */
export type Row = NewCondition & {
  type: PlatformConditionType;
  progressing?: boolean;
};

/** The components of these releases. */
export function componentsOf(
  { components }: PlatformObservation,
  ...releases: string[]
): ComponentStatus[] {
  return components.filter(({ release }) => releases.includes(release));
}

/** States in which nothing is to be waited for. */
const SETTLED: ComponentStatus['state'][] = [
  'Ready',
  'Drifted',
  'Disabled',
  'Existing',
];

/** A row that isn't ready because a component isn't; undefined where all are. */
export function componentsRow(
  type: PlatformConditionType,
  components: ComponentStatus[],
): Row | undefined {
  const wrong =
    components.find(({ state }) => state === 'Failed') ??
    components.find(({ state }) => !SETTLED.includes(state));
  return (
    wrong && {
      type,
      status: 'False',
      reason: `Component${wrong.state}`,
      message:
        wrong.state === 'Failed'
          ? `${wrong.release}: ${wrong.message}`
          : `${wrong.release} is ${wrong.state.toLocaleLowerCase('en-US')}.`,
      progressing: wrong.state !== 'Failed',
    }
  );
}

/** Until there is news what was known stays, so that a restart of the portal makes nothing look unready. */
export function lookingRow(
  type: PlatformConditionType,
  { platform }: PlatformObservation,
  message: string,
): Row {
  const { metadata, status } = platform;
  const before = status?.conditions?.find(other => other.type === type);
  return before && before.observedGeneration === metadata.generation
    ? {
        type,
        status: before.status,
        reason: before.reason,
        message: before.message,
        progressing: true,
      }
    : {
        type,
        status: 'Unknown',
        reason: 'Looking',
        message,
        progressing: true,
      };
}

export function installedOrGiven(
  components: ComponentStatus[],
  title: string,
): { reason: string; message: string } {
  const existing = components.find(other => other.existing);
  if (existing) {
    return {
      reason: 'Existing',
      message: `${title} was there already, in namespace ${existing.namespace}; it is used, and left alone.`,
    };
  }
  return components.every(({ state }) => state === 'Disabled')
    ? {
        reason: 'NotManaged',
        message: `${title} is not installed by App Network, and none was found.`,
      }
    : { reason: 'Ready', message: `${title} runs.` };
}

/** What kept the platform's own objects of some kinds from being written. */
export function ownedRow(
  type: PlatformConditionType,
  owned: ReconcileOwnedResult,
  kinds: string[],
): Row | undefined {
  const conflict = owned.conflicts.find(({ ref }) => kinds.includes(ref.kind));
  if (conflict) {
    return {
      type,
      status: 'False',
      reason: 'NameTaken',
      message: `${describe(conflict.ref)} belongs to ${
        conflict.owner ?? 'somebody else'
      } and is left alone: remove it, so that the platform can make its own.`,
    };
  }
  const failure = owned.failures.find(({ ref }) => kinds.includes(ref.kind));
  return (
    failure && {
      type,
      status: 'False',
      reason: failure.kindMissing ? 'KindMissing' : 'ApplyFailed',
      message: failure.message,
      // The first writes often come before a new webhook answers; the component's own state tells when that lasts.
      progressing: true,
    }
  );
}

/** The condition Ready of an object. */
export function readyCondition(
  issuer: KubernetesObject | undefined,
): Condition | undefined {
  const { status } = (issuer ?? {}) as {
    status?: { conditions?: Condition[] };
  };
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

/** A row that is ready when every system component that asks for something has it. */
export function systemComponentsRow(
  { systemComponents }: Pick<PlatformObservation, 'systemComponents'>,
  options: {
    type: PlatformConditionType;
    /** Entries of the spec that it is about. */
    asks: readonly { namespace: string; name: string }[];
    /** Message where there are none. */
    none: string;
    /** Message where all have what they ask for. */
    ready: (urls: string[]) => string;
  },
): Row {
  const { type, asks, none, ready } = options;
  if (asks.length === 0) {
    return { type, status: 'True', reason: 'NoneListed', message: none };
  }
  const concerned = systemComponents.filter(status =>
    asks.some(
      ({ namespace, name }) =>
        status.namespace === namespace && status.name === name,
    ),
  );
  const wrong =
    concerned.find(({ state }) => state === 'Failed') ??
    concerned.find(({ state }) => state === 'Progressing');
  return wrong
    ? {
        type,
        status: 'False',
        reason: `Component${wrong.state}`,
        message: `${wrong.namespace}/${wrong.name}: ${wrong.message}`,
        progressing: wrong.state === 'Progressing',
      }
    : {
        type,
        status: 'True',
        reason: 'Ready',
        message: ready(concerned.flatMap(({ url }) => (url ? [url] : []))),
      };
}
