import type { ReleaseValues } from '@app-network/backstage-plugin-app-network-common';

/** One value that a chart is given. */
export interface ValueOrigin {
  /** Such as `service.annotations.team`. */
  path: string;
  /** As JSON. */
  value: string;
  origin: 'profile' | 'user';
  /** The profile's value that the user's has replaced, as JSON. */
  replaced?: string;
}

/** The values of a release one by one, each with where it comes from. Lists are values as a whole, as they are to Helm. */
export function flattenValues({
  merged,
  profile,
  user,
}: Pick<ReleaseValues, 'merged' | 'profile' | 'user'>): ValueOrigin[] {
  return leaves(merged, []).map(({ path, value }) => {
    const [ofUser, ofProfile] = [user, profile].map(layer => find(layer, path));
    const isUsers = ofUser !== undefined;
    return {
      path: path.join('.'),
      value: JSON.stringify(value),
      origin: isUsers ? 'user' : 'profile',
      ...(isUsers && ofProfile !== undefined
        ? { replaced: JSON.stringify(ofProfile) }
        : {}),
    };
  });
}

interface Leaf {
  path: string[];
  value: unknown;
}

function leaves(value: unknown, path: string[]): Leaf[] {
  if (!isMap(value)) {
    return [{ path, value }];
  }
  const entries = Object.entries(value);
  return entries.length === 0 && path.length > 0
    ? [{ path, value }]
    : entries.flatMap(([key, below]) => leaves(below, [...path, key]));
}

function find(layer: unknown, path: string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (isMap(value) ? value[key] : undefined),
    layer,
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
