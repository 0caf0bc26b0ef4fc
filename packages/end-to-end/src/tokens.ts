import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPairSync, sign } from 'node:crypto';

/** One who makes JSON Web Tokens. */
export interface Issuer {
  issuer: string;
  /** Its public key, a JSON Web Key Set. */
  jwks: string;
  /** A token (RFC 7519) signed with ES256; claims replace those of a token that is good for five minutes. */
  token(claims?: Record<string, unknown>): string;
}

export function createIssuer(issuer: string): Issuer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
  });
  return {
    issuer,
    jwks: JSON.stringify({
      keys: [{ ...publicKey.export({ format: 'jwk' }), kid: issuer }],
    }),
    token(claims) {
      const now = Math.floor(Date.now() / 1000);
      const content = [
        { alg: 'ES256', typ: 'JWT', kid: issuer },
        { iss: issuer, sub: 'alice', iat: now, exp: now + 300, ...claims },
      ]
        .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.');
      const signature = sign('sha256', Buffer.from(content), {
        key: privateKey,
        // As RFC 7518, section 3.4 writes it.
        dsaEncoding: 'ieee-p1363',
      });
      return `${content}.${signature.toString('base64url')}`;
    },
  };
}

/** Serves keys over HTTP at an address of this machine. */
export async function serveKeys(
  address: string,
  jwks: string,
): Promise<{ uri: string; end(): Promise<void> }> {
  const { url, end } = await serve(address, () => jwks);
  return { uri: `${url}/keys`, end };
}

/** An issuer that says in its OpenID configuration where its keys are (OpenID Connect Discovery 1.0, section 4), over HTTP at an address of this machine. */
export async function serveOpenIdProvider(
  address: string,
): Promise<Issuer & { end(): Promise<void> }> {
  const { url, end } = await serve(address, path =>
    path === '/.well-known/openid-configuration'
      ? JSON.stringify({ issuer: url, jwks_uri: `${url}/keys` })
      : issuer.jwks,
  );
  const issuer = createIssuer(url);
  return { ...issuer, end };
}

/** Serves JSON by the path of the request. */
async function serve(
  address: string,
  answer: (path: string | undefined) => string,
): Promise<{ url: string; end(): Promise<void> }> {
  const server = createServer((request, response) =>
    response
      .setHeader('content-type', 'application/json')
      .end(answer(request.url)),
  );
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, address, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${address}:${port}`,
    end: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
