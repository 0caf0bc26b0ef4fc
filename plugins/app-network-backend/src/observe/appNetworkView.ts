import type {
  AppNetwork,
  AppNetworkView,
  KubernetesObject,
  ObjectRef,
  RouteView,
} from '@app-network/backstage-plugin-app-network-common';
import { objectRef, refKey } from '../engine/objects';
import { objectView } from './objectView';

/** What an AppNetwork should be, from render, and what it is, from the caches. */
export interface Observation {
  cluster: string;
  appNetwork: AppNetwork;
  /** Objects that it should become; empty while that is not known. */
  desired: ObjectRef[];
  /** Objects that it has become so far, also those that are to go. */
  observed: KubernetesObject[];
  routes: RouteView[];
}

/**
 * An AppNetwork with what it became: each desired object with its state, and after them those that exist though nothing asks for them.
 */
export function appNetworkView(observation: Observation): AppNetworkView {
  const { cluster, appNetwork, desired, observed, routes } = observation;
  const byRef = new Map(
    observed.map(object => [refKey(objectRef(object)), object]),
  );
  const wanted = new Set(desired.map(refKey));
  const { managedFields, ...metadata } = appNetwork.metadata;
  return {
    cluster,
    appNetwork: { ...appNetwork, metadata },
    routes,
    objects: [
      ...desired.map(ref => objectView(ref, byRef.get(refKey(ref)))),
      ...observed
        .filter(object => !wanted.has(refKey(objectRef(object))))
        .map(object => objectView(objectRef(object), object)),
    ],
  };
}
