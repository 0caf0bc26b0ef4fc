import type {
  KubernetesObject,
  ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';

/** Names a kind of the Kubernetes API. */
export interface KindRef {
  apiVersion: string;
  kind: string;
}

/**
 * One cluster's API server. Every call fails with a KubernetesError, which names the call, the object, the HTTP status and the API
 * server's own message.
 */
export interface KubernetesClient {
  /** Undefined where there is no such object; an unknown kind is an error with `kindMissing`. */
  get<T extends KubernetesObject>(ref: ObjectRef): Promise<T | undefined>;
  list<T extends KubernetesObject>(
    kind: KindRef,
    options?: { namespace?: string; labelSelector?: string },
  ): Promise<T[]>;
  /** Plain creation, for objects that nobody may have created before, such as leases; fails with `conflict` where the name is taken. */
  create<T extends KubernetesObject>(
    object: T,
    options?: { fieldManager?: string; dryRun?: boolean },
  ): Promise<T>;
  /**
   * Makes an object what is given, whoever set its fields before; fails with `conflict` where `metadata.resourceVersion` is given and it
   * has changed since.
   */
  replace<T extends KubernetesObject>(
    object: T,
    options?: { fieldManager?: string; dryRun?: boolean },
  ): Promise<T>;
  /**
   * Server-side apply. `subresource: 'status'` writes the status. The field manager is `app-network` where none is given; what a user
   * asked for through the portal has another one, so that it is never mistaken for what the reconciler made.
   */
  apply<T extends KubernetesObject>(
    object: T,
    options?: {
      force?: boolean;
      dryRun?: boolean;
      subresource?: 'status';
      fieldManager?: string;
    },
  ): Promise<T>;
  /**
   * JSON merge patch (RFC 7386), for the few fields that are not ours alone, such as finalizers. A patch with `metadata.resourceVersion`
   * fails with `conflict` where the object has changed since.
   */
  mergePatch<T extends KubernetesObject>(
    ref: ObjectRef,
    patch: object,
  ): Promise<T>;
  /**
   * An object that is already gone is no error. One that has another uid or resourceVersion than the ones given stays: `conflict`.
   */
  delete(
    ref: ObjectRef,
    options?: {
      uid?: string;
      resourceVersion?: string;
      propagationPolicy?: 'Background' | 'Foreground';
    },
  ): Promise<void>;
  /** Whether objects of a kind are in namespaces; an unknown kind is an error with `kindMissing`. */
  isNamespaced(kind: KindRef): Promise<boolean>;
  /** The last lines that a container has written; those of the one before it with `previous`. */
  logs(
    pod: { namespace: string; name: string },
    options: { container: string; tailLines: number; previous?: boolean },
  ): Promise<string>;
}

/** Finds objects by a value; each object is there once, in no order. */
export interface Index<T> {
  get(value: string): T[];
}

/** A local copy of one kind's objects, kept by list and watch. Objects in it are never changed by a reader. */
export interface Informer<T extends KubernetesObject = KubernetesObject> {
  readonly kind: KindRef;
  /**
   * Synced: the copy is filled and followed. KindMissing: the cluster does not have the kind (yet). Forbidden, Unreachable: it can't be
   * followed at the moment; what it held before stays readable.
   */
  readonly state:
    | 'Syncing'
    | 'Synced'
    | 'KindMissing'
    | 'Forbidden'
    | 'Unreachable';
  /** Why it is not Synced, and what to do; empty when Synced. */
  readonly message: string;
  /** Whether the copy has been filled, so that what is not in it is not in the cluster either (as of the last time it could be followed). */
  readonly hasSynced: boolean;
  get(namespace: string | undefined, name: string): T | undefined;
  list(namespace?: string): T[];
  /** Objects whose OWNER_LABEL has this value. */
  ownedBy(ownerLabelValue: string): T[];
  /**
   * A way to find objects by other values than those, kept with the copy from now on. The same function has one index, however many ask.
   *
   * @param valuesOf - what an object is found by; of the object alone
   */
  index(valuesOf: (object: T) => readonly string[]): Index<T>;
  /** Calls back on every addition, change and deletion, and when the state changes (object undefined). Returns how to stop. */
  onChange(handler: (object: T | undefined) => void): () => void;
}

export interface InformerOptions {
  /** Only objects with these labels, such as `a=b,c=d`. */
  labelSelector?: string;
  /** Only the metadata of objects, for kinds whose objects are large. */
  metadataOnly?: boolean;
}

/** The informers of one cluster; each kind and selector is watched once, however many ask. */
export interface Informers {
  informer<T extends KubernetesObject>(
    kind: KindRef,
    options?: InformerOptions,
  ): Informer<T>;
  /** Those that are running, for the cluster's health. */
  list(): Informer[];
}

/** One cluster that the backend knows. */
export interface Cluster {
  name: string;
  title: string;
  client: KubernetesClient;
  informers: Informers;
  /**
   * The connection as a kubeconfig for other programs, such as Helm; its current context is this cluster. It may hold credentials: never
   * log it. {@link exportKubeConfig} writes it.
   *
   * @throws where the kubeconfig it comes from can't be read any more
   */
  kubeconfig(): string;
}

/** Brings one object to what it should be. Level-triggered: it is told which object, not what happened. */
export interface Reconciler {
  /**
   * @param key - `<namespace>/<name>`, or `<name>` of an object without namespace
   * @returns when to look again though nothing changed, if at all
   * @throws to be tried again, later each time
   */
  reconcile(
    key: string,
    signal: AbortSignal,
  ): Promise<{ requeueAfterMs?: number } | void>;
}

/** What has been done to bring an owner's objects to what is desired. */
export interface ReconcileOwnedResult {
  /** Everything that is desired, as it stands in the cluster now (as far as it could be read or written). */
  observed: KubernetesObject[];
  written: ObjectRef[];
  pruned: ObjectRef[];
  /** Objects that are still being deleted. */
  deleting: ObjectRef[];
  /** Names that belong to somebody else; they were left alone. */
  conflicts: { ref: ObjectRef; owner: string | undefined }[];
  /** Objects that could not be written or deleted; the others were. */
  failures: { ref: ObjectRef; message: string; kindMissing: boolean }[];
}
