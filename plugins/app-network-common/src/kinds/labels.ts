/** Label on everything that the reconciler makes. @public */
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';

/** Value of {@link MANAGED_BY_LABEL}; also the field manager of server-side apply. @public */
export const MANAGED_BY = 'app-network';

/** Label that names the AppNetwork or NetworkPlatform an object belongs to. @public */
export const OWNER_LABEL = 'app-network.io/owner';

/** Label and annotation that tie objects to a catalog entity, as Backstage's Kubernetes plugin reads them. @public */
export const KUBERNETES_ID = 'backstage.io/kubernetes-id';

/** Finalizer on both kinds: what they became is deleted before they are. @public */
export const FINALIZER = 'app-network.io/cleanup';

const MAX_LABEL_VALUE = 63;

/**
 * The value of {@link OWNER_LABEL} for an owner: `<namespace>.<name>`, or the name alone for an object without namespace.
 * Past 63 characters, the limit of a label value, the end is replaced by a hash (FNV-1a, 64 bits) of the whole.
 * @public
 */
export function ownerLabelValue(owner: {
  namespace?: string;
  name: string;
}): string {
  const value = owner.namespace
    ? `${owner.namespace}.${owner.name}`
    : owner.name;
  return shortenName(value, MAX_LABEL_VALUE);
}

/**
 * Shortens a name to a length by replacing its end with a hash of the whole, so that two long names stay two.
 * @public
 */
export function shortenName(name: string, maxLength: number): string {
  if (name.length <= maxLength) {
    return name;
  }
  const hash = fnv1a64(name);
  return `${name
    .slice(0, maxLength - hash.length - 1)
    .replace(/[-.]+$/, '')}-${hash}`;
}

/** FNV-1a over 64 bits (draft-eastlake-fnv), as 16 hexadecimal digits. Runs in the browser as well, where node:crypto is not. */
function fnv1a64(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash ^= BigInt(byte);
    hash = BigInt.asUintN(64, hash * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
