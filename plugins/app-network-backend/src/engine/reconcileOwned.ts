import type {
  KubernetesObject,
  ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import type { Cluster, KindRef, ReconcileOwnedResult } from './types';

export interface ReconcileOwnedOptions {
  /** Whom the objects belong to; becomes the label app-network.io/owner. */
  owner: { namespace?: string; name: string };
  /** What should be there, each object whole. Labels of ownership are put on by the engine. */
  desired: readonly KubernetesObject[];
  /** Objects that are not written now and not pruned either, for example because what they are made from is not known at the moment. */
  retained?: readonly ObjectRef[];
  /** All kinds that an owner may have objects of: those labelled with the owner and not desired are pruned. */
  kinds: readonly KindRef[];
}

/** Brings an owner's objects to what is desired. */
export async function reconcileOwned(
  _cluster: Cluster,
  _options: ReconcileOwnedOptions,
): Promise<ReconcileOwnedResult> {
  throw new Error('Not there yet');
}
