import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { nextIdentity, type Identity } from './identity';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const TIMES = {
  authorityMs: 300 * DAY,
  certificateMs: 90 * DAY,
  overlapMs: 10 * MINUTE,
};
const START = Date.parse('2026-06-01T12:00:00Z');

/** What the API server was told, and when. */
interface Told {
  authorities: string[];
  at: number;
}

describe('nextIdentity', () => {
  let now: number;
  let told: Told;

  beforeEach(() => {
    now = START;
    told = { authorities: [], at: 0 };
  });

  const next = (current?: Identity, change: object = {}) =>
    nextIdentity(current, {
      hostname: 'portal.example.com',
      now: new Date(now),
      trustedSince: authority =>
        told.authorities.includes(authority) ? told.at : undefined,
      times: TIMES,
      ...change,
    });

  const tell = ({ authorities }: Identity) => {
    told = { authorities, at: now };
  };

  const issuedBy = ({ certificate }: Identity, authority = '') => {
    const issuer = new X509Certificate(authority);
    return (
      new X509Certificate(certificate).verify(issuer.publicKey) &&
      new X509Certificate(certificate).checkIssued(issuer)
    );
  };

  it('makes a CA and a certificate for the hostname where there is nothing, and leaves them then', async () => {
    const identity = await next();
    expect(identity.authorities).toHaveLength(1);
    expect(issuedBy(identity, identity.authorities[0])).toBe(true);
    expect(
      new X509Certificate(identity.certificate).checkHost('portal.example.com'),
    ).toBe('portal.example.com');
    expect(await next(identity)).toEqual(identity);
  });

  it.each(['192.0.2.7', '2001:db8::7', 'admission.portal.svc'])(
    'names %s in the certificate',
    async hostname => {
      const certificate = new X509Certificate(
        (await next(undefined, { hostname })).certificate,
      );
      expect(
        isIP(hostname)
          ? certificate.checkIP(hostname)
          : certificate.checkHost(hostname),
      ).toBe(hostname);
    },
  );

  it('issues another certificate by the same CA when a third of its time is left', async () => {
    const first = await next();
    now = START + 59 * DAY;
    expect(await next(first)).toEqual(first);
    now = START + 61 * DAY;
    const second = await next(first);
    expect(second.certificate).not.toBe(first.certificate);
    expect(second.authorities).toEqual(first.authorities);
    expect(issuedBy(second, first.authorities[0])).toBe(true);
  });

  it('replaces a CA in steps, each only when the one before it has arrived everywhere', async () => {
    const first = await next();
    tell(first);
    // The certificate is renewed several times meanwhile.
    now = START + 199 * DAY;
    const renewed = await next(first);
    expect(renewed.authorities).toEqual(first.authorities);

    now = START + 201 * DAY;
    const both = await next(renewed);
    expect(both.authorities).toHaveLength(2);
    expect(both.authorities[1]).toBe(first.authorities[0]);
    expect(both.certificate).toBe(renewed.certificate);

    // As long as the API server is not told, and some time longer, nothing else changes.
    now += DAY;
    expect(await next(both)).toEqual(both);
    tell(both);
    now += 9 * MINUTE;
    expect(await next(both)).toEqual(both);

    now += 2 * MINUTE;
    const reissued = await next(both);
    expect(reissued.authorities).toEqual(both.authorities);
    expect(issuedBy(reissued, both.authorities[0])).toBe(true);

    now += 9 * MINUTE;
    expect(await next(reissued)).toEqual(reissued);
    now += 2 * MINUTE;
    const done = await next(reissued);
    expect(done).toEqual({
      ...reissued,
      authorities: [both.authorities[0]],
    });
  });

  it('replaces a CA before its time where that is asked for', async () => {
    const first = await next();
    const both = await next(first, { replaceAuthority: true });
    expect(both.authorities).toHaveLength(2);
    expect(both.certificate).toBe(first.certificate);
  });

  it('never issues a certificate that outlives its CA', async () => {
    const identity = await next(undefined, {
      times: { ...TIMES, certificateMs: 400 * DAY },
    });
    expect(new X509Certificate(identity.certificate).validTo).toBe(
      new X509Certificate(identity.authorities[0]).validTo,
    );
  });

  it.each<[string, (identity: Identity, other: Identity) => Identity]>([
    ['no certificate', identity => ({ ...identity, certificate: 'none' })],
    ['no key', identity => ({ ...identity, key: 'none' })],
    [
      'a certificate of an unknown CA',
      (identity, { certificate, key }) => ({ ...identity, certificate, key }),
    ],
    [
      'a key that belongs to another certificate',
      (identity, { key }) => ({ ...identity, key }),
    ],
  ])('issues a certificate at once where there is %s', async (_, change) => {
    const identity = await next();
    const repaired = await next(change(identity, await next()));
    expect(repaired.authorities).toEqual(identity.authorities);
    expect(repaired.certificate).not.toBe(identity.certificate);
    expect(issuedBy(repaired, identity.authorities[0])).toBe(true);
  });

  it.each<[string, (identity: Identity, other: Identity) => Identity]>([
    ['is no certificate', identity => ({ ...identity, authorities: ['none'] })],
    [
      'has another key',
      (identity, { authorityKey }) => ({ ...identity, authorityKey }),
    ],
  ])('makes a CA where the one that is there %s', async (_, change) => {
    const identity = await next();
    const repaired = await next(change(identity, await next()));
    expect(identity.authorities).not.toContain(repaired.authorities[0]);
  });

  it('serves a new certificate at once when the hostname is another, or all has expired', async () => {
    const identity = await next();
    const moved = await next(identity, { hostname: 'other.example.com' });
    expect(issuedBy(moved, identity.authorities[0])).toBe(true);
    expect(
      new X509Certificate(moved.certificate).checkHost('other.example.com'),
    ).toBe('other.example.com');

    now = START + 301 * DAY;
    const anew = await next(identity);
    expect(anew.authorities).toHaveLength(1);
    expect(issuedBy(anew, anew.authorities[0])).toBe(true);
  });
});
