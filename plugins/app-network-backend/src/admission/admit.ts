import {
  API_GROUP,
  type AppNetwork,
  type KubernetesObject,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import { appNetworkProblems } from '../application/problems';
import { platformProblems } from '../platform/problems';
import type {
  AdmissionContext,
  AdmissionRequest,
  AdmissionResponse,
} from './types';

/**
 * Answers the API server whether an AppNetwork or a NetworkPlatform may be written. Pure: neither the network nor a clock is asked.
 *
 * Refused is what is certain from the object itself and from other objects of these two kinds; what may come right by itself, such as a
 * Service that is not there yet, is a warning. A change is refused for what it makes worse, not for what was wrong before, so that what is
 * stored can always be deleted, and put right step by step.
 */
export function admit(
  request: AdmissionRequest,
  context: AdmissionContext,
): AdmissionResponse {
  const { kind, operation, subResource, object, oldObject } = request;
  const find = kind.group === API_GROUP ? FINDERS[kind.kind] : undefined;
  if (
    !find ||
    !object ||
    subResource ||
    !['CREATE', 'UPDATE'].includes(operation) ||
    object.metadata.deletionTimestamp
  ) {
    return { allowed: true };
  }
  const before = oldObject ? messages(find(asLast(oldObject), context)) : [];
  const refused = messages(
    find(asLast(object), context).filter(({ certain }) => certain),
  ).filter(message => !before.includes(message));
  if (refused.length > 0) {
    return { allowed: false, message: refused.join(' ') };
  }
  const unread = context.unread();
  const warnings =
    unread.length > 0
      ? unread
      : messages(find(oldObject ? object : asLast(object), context));
  return warnings.length > 0
    ? { allowed: true, warnings: [...warnings] }
    : { allowed: true };
}

/** What is wrong with an object, and whether that is certain. */
interface Finding {
  message: string;
  certain?: boolean;
}

type Finder = (
  object: KubernetesObject,
  context: AdmissionContext,
) => readonly Finding[];

const FINDERS: Record<string, Finder | undefined> = {
  AppNetwork: (object, context) =>
    appNetworkProblems(object as AppNetwork, {
      platform: context.platform(),
      appNetworks: context.appNetworks,
      services: context.services(object.metadata.namespace ?? ''),
      foreign: context.foreign,
    }),
  NetworkPlatform: (object, context) =>
    platformProblems(object as NetworkPlatform, context.appNetworks.list()).map(
      message => ({ message, certain: true }),
    ),
};

/**
 * An object as if it came after all that is stored. The API server has given a new one a time of creation already, to the second; and one that
 * is older than others gets no hostname of theirs by that when it is changed.
 */
function asLast(object: KubernetesObject): KubernetesObject {
  const { creationTimestamp: _created, ...metadata } = object.metadata;
  const { status: _served, ...rest } = object as AppNetwork;
  return object.kind === 'AppNetwork' ? { ...rest, metadata } : object;
}

function messages(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(({ message }) => message))];
}
