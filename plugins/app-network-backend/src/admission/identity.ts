import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  createAuthority,
  isDue,
  issueCertificate,
  isValid,
  madeAt,
  names,
  type KeyPair,
} from './certificates';

/** What the webhook is known by. All PEM. */
export interface Identity {
  /** CAs that the API server is to trust; the one that signs first, its predecessor after it while one is replaced by the other. */
  authorities: string[];
  /** Private key of the first. */
  authorityKey: string;
  /** What is served. */
  certificate: string;
  key: string;
}

/** Times of certificates, in milliseconds. */
export interface CertificateTimes {
  authorityMs: number;
  certificateMs: number;
  /**
   * How long each step of replacing a CA is held before the next, so that every API server has the CAs and every backend the certificate:
   * both follow by watches.
   */
  overlapMs: number;
}

const DAY_MS = 24 * 60 * 60_000;

/** A CA and a certificate are replaced when a third of their time is left. */
export const CERTIFICATE_TIMES: CertificateTimes = {
  authorityMs: 365 * DAY_MS,
  certificateMs: 90 * DAY_MS,
  overlapMs: 10 * 60_000,
};

/**
 * The next step of an identity, itself where none is due. A CA is replaced so that at every moment what any backend serves is trusted by what
 * any API server was told: first both CAs are trusted, then a certificate of the new one is served, then the old CA goes. An identity
 * that can't be used is made anew at once.
 */
export async function nextIdentity(
  current: Identity | undefined,
  options: {
    hostname: string;
    now: Date;
    /** Since when the API server was told to trust a CA (PEM), in milliseconds since 1970; undefined where it was not. */
    trustedSince: (authority: string) => number | undefined;
    /** Replaces the CA before its time. */
    replaceAuthority?: boolean;
    times: CertificateTimes;
  },
): Promise<Identity> {
  const { hostname, now, trustedSince, times } = options;
  const signing = await nextAuthorities(current, {
    now,
    replace: options.replaceAuthority ?? false,
    lifetimeMs: times.authorityMs,
  });
  const [authority] = signing.authorities;
  const isSettled = (since = Infinity) =>
    now.getTime() >= since + times.overlapMs;

  const served = current && servedBy(current, signing.authorities);
  const isServable =
    served !== undefined &&
    isValid(served.certificate, now) &&
    names(served.certificate, hostname);
  const isOfAuthority = served?.authority === authority;
  const mayChange = isOfAuthority || isSettled(trustedSince(authority));
  const isWanted = !isOfAuthority || isDue(served.certificate, now);
  if (!current || !isServable || (isWanted && mayChange)) {
    const issued = await issueCertificate(
      { certificate: authority, key: signing.authorityKey },
      { hostname, now, lifetimeMs: times.certificateMs },
    );
    return { ...signing, ...issued };
  }
  const { certificate, key } = current;
  return {
    ...signing,
    authorities:
      isOfAuthority && isSettled(madeAt(served.certificate))
        ? [authority]
        : signing.authorities,
    certificate,
    key,
  };
}

type Authorities = Pick<Identity, 'authorities' | 'authorityKey'>;

/** The CAs, with a new one first where it is time. */
async function nextAuthorities(
  current: Identity | undefined,
  options: { now: Date; replace: boolean; lifetimeMs: number },
): Promise<Authorities> {
  const { now, replace, lifetimeMs } = options;
  const valid = (current?.authorities ?? []).filter(pem => {
    const certificate = tryParse(pem);
    return certificate && isValid(certificate, now);
  });
  if (
    current &&
    !replace &&
    valid.length > 0 &&
    valid[0] === current.authorities[0] &&
    isPair({ certificate: valid[0], key: current.authorityKey }) &&
    !isDue(parse(valid[0]), now)
  ) {
    return { authorities: valid, authorityKey: current.authorityKey };
  }
  const { certificate, key } = await createAuthority(now, lifetimeMs);
  return { authorities: [certificate, ...valid], authorityKey: key };
}

/** What is served, and which of the CAs has signed it; undefined where none has, or where it can't be served. */
function servedBy(
  { certificate, key }: Identity,
  authorities: readonly string[],
): { certificate: X509Certificate; authority: string } | undefined {
  const parsed = tryParse(certificate);
  const authority = authorities.find(pem => {
    const issuer = parse(pem);
    return parsed?.checkIssued(issuer) && parsed.verify(issuer.publicKey);
  });
  return parsed && authority && isPair({ certificate, key })
    ? { certificate: parsed, authority }
    : undefined;
}

function isPair({ certificate, key }: KeyPair): boolean {
  try {
    return parse(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

function tryParse(pem: string): X509Certificate | undefined {
  try {
    return parse(pem);
  } catch {
    return undefined;
  }
}

function parse(pem: string): X509Certificate {
  return new X509Certificate(pem);
}
