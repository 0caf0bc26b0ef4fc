import { createPublicKey, type JsonWebKey } from 'node:crypto';

/** Public keys that Envoy checks signatures with. It refuses its listeners, everybody's hostnames with them, for a key that it can't read. */
const KEY_TYPES: Record<
  string,
  { algorithms: RegExp; curves: string[] } | undefined
> = {
  RSA: { algorithms: /^(RS|PS)/, curves: [] },
  EC: { algorithms: /^ES/, curves: ['P-256', 'P-384', 'P-521'] },
  OKP: { algorithms: /^EdDSA$/, curves: ['Ed25519'] },
};

/**
 * What is wrong with a JSON Web Key Set (RFC 7517, section 5); undefined where nothing is. Nothing of a key is repeated, for it may be a
 * secret one.
 */
export function jwksError(jwks: string): string | undefined {
  const keys = keysOf(jwks);
  if (!keys) {
    return 'it is not JSON with a list of keys, such as {"keys": [{"kty": "RSA", "n": …, "e": "AQAB"}]}';
  }
  if (keys.length === 0) {
    return 'its list of keys is empty';
  }
  const errors = keys.map(keyError);
  const index = errors.findIndex(error => error !== undefined);
  return index < 0 ? undefined : `key ${index} ${errors[index]}`;
}

/** The keys in one way to write them, to compare sets; the text itself where it is no set. */
export function canonicalJwks(jwks: string): string {
  const keys = keysOf(jwks);
  return keys
    ? JSON.stringify(
        keys.map(key => JSON.stringify(Object.entries(key).sort())).sort(),
      )
    : jwks;
}

function keysOf(jwks: string): JsonWebKey[] | undefined {
  try {
    const { keys } = JSON.parse(jwks) as { keys?: unknown };
    const areObjects =
      Array.isArray(keys) &&
      keys.every(key => typeof key === 'object' && key !== null);
    return areObjects ? (keys as JsonWebKey[]) : undefined;
  } catch {
    return undefined;
  }
}

function keyError(key: JsonWebKey): string | undefined {
  const type = KEY_TYPES[key.kty ?? ''];
  if (!type) {
    return `has kty ${
      key.kty ?? '(none)'
    }, and only public keys of ${Object.keys(KEY_TYPES).join(
      ', ',
    )} can be checked with`;
  }
  const { algorithms, curves } = type;
  if (curves.length > 0 && !curves.includes(key.crv ?? '')) {
    return `has crv ${key.crv ?? '(none)'}, and of kty ${
      key.kty
    } the gateway takes ${curves.join(', ')}`;
  }
  if (key.alg !== undefined && !algorithms.test(String(key.alg))) {
    return `has alg ${key.alg}, which is none to sign with a key of kty ${key.kty}`;
  }
  if (key.d !== undefined) {
    return 'has a private part (d), with which anybody who reads it can make tokens; leave the public part alone, and issue new keys';
  }
  try {
    createPublicKey({ key, format: 'jwk' });
    return undefined;
  } catch (error) {
    return `can't be read (${error instanceof Error ? error.message : error})`;
  }
}
