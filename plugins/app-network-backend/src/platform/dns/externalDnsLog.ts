/** What ExternalDNS tells in its log of how it gets on; it tells it nowhere else (its events and metrics don't carry the cause). */
export interface SyncReport {
  /** The error of the last synchronization, in its own words; undefined where there was none. */
  problem?: string;
  /** Whether the provider has all that it should, as of the last synchronization. */
  upToDate: boolean;
}

interface Line {
  level: string;
  message: string;
}

/** How a synchronization ends (external-dns v0.22, controller/controller.go); one that has changed something says nothing after another. */
const END =
  /^(All records are already up to date|Failed to do run once|Reconciliation succeeded)/;
const UP_TO_DATE = /^All records are already up to date/;

/**
 * Reads the end of a log, as text or as JSON. Errors of the last synchronization that has ended count, and those since: providers log
 * some and go on, so that one may well end with everything up to date that it could not read.
 */
export function readSyncReport(log: string): SyncReport {
  const lines = log.split('\n').map(readLine).filter(isLine);
  const ends = lines.flatMap(({ message }, index) =>
    END.test(message) ? [index] : [],
  );
  const last = lines.slice((ends.at(-2) ?? -1) + 1);
  const errors = last.filter(({ level }) =>
    ['error', 'fatal', 'panic'].includes(level),
  );
  const problem = causeOf(errors);
  const end = lines[ends.at(-1) ?? -1];
  return {
    ...(problem ? { problem } : {}),
    upToDate:
      !problem &&
      end !== undefined &&
      UP_TO_DATE.test(end.message) &&
      // Nothing has begun since.
      ends.at(-1) === lines.length - 1,
  };
}

/** The first error is the nearest to the cause; the last sums up. */
function causeOf(errors: readonly Line[]): string | undefined {
  return errors[0]?.message
    .replace(/^Failed to do run once: /, '')
    .replace(/\bsoft error\s*/g, '')
    .replace(/ \(consecutive soft errors: \d+\)$/, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_CAUSE);
}

/** A status is read by people. */
const MAX_CAUSE = 600;

function readLine(text: string): Line | undefined {
  if (text.startsWith('{')) {
    try {
      const { level = '', msg = '' } = JSON.parse(text) as {
        level?: string;
        msg?: string;
      };
      return { level, message: msg };
    } catch {
      return undefined;
    }
  }
  // logfmt: time="…" level=error msg="…"
  const [, level, quoted, bare] =
    /\blevel=(\w+) msg=(?:("(?:[^"\\]|\\.)*")|(\S+))/.exec(text) ?? [];
  if (!level) {
    return undefined;
  }
  return { level, message: quoted ? unquoted(quoted) : bare ?? '' };
}

/** Go quotes as JSON does but for a few escapes. */
function unquoted(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted.slice(1, -1);
  }
}

function isLine(line: Line | undefined): line is Line {
  return line !== undefined;
}

/** What helps against an error of a provider, by what it says. */
export function providerAdvice(problem: string): string {
  return (
    ADVICE.find(([pattern]) => pattern.test(problem))?.[1] ??
    'See spec.dns.external: the zone, the provider and its values.'
  );
}

/** Codes of name servers by number (IANA, DNS RCODEs) and by name, and what Go and cloud providers say. */
const ADVICE: [RegExp, string][] = [
  [
    /rcode: 5\b|\bREFUSED\b/,
    'The name server refuses: let the key of spec.dns.external.values read the zone (transfers) and write it (updates), and check that the server keeps this zone.',
  ],
  [
    /rcode: 9\b|\bNOTAUTH\b|BADKEY|BADSIG|BADTIME|bad authentication|rcode: 1[678]\b|\bTSIG\b/i,
    'The name server does not keep this zone, or does not know the key: check spec.dns.external.zone, and name, algorithm and secret of the key in spec.dns.external.values.',
  ],
  [
    /rcode: 3\b|\bNXDOMAIN\b|no matching.*zone|zone.*not found|NoSuchHostedZone/i,
    'The provider does not have this zone: make it there, or correct spec.dns.external.zone.',
  ],
  [
    /no such host|connection refused|i\/o timeout|no route to host|deadline exceeded|context canceled/i,
    "The provider can't be reached from the cluster: check its address in spec.dns.external.values, and what is between.",
  ],
  [
    /AccessDenied|Forbidden|Unauthorized|\b40[13]\b|credential|InvalidClientTokenId|invalid_grant/i,
    'The provider refuses the credentials: check those that spec.dns.external.values names, and what they may do in the zone.',
  ],
];
