import { providerAdvice, readSyncReport } from './externalDnsLog';

const line = (level: string, message: string) =>
  `time="2026-11-24T09:37:32Z" level=${level} msg=${JSON.stringify(message)}`;

const CONFIGURED = line(
  'info',
  "Configured RFC2136 with zones '[example.com]' and nameservers '[192.0.2.53]'",
);
const UP_TO_DATE = line('info', 'All records are already up to date');
const TRANSFER_REFUSED = line('error', 'AXFR error: dns: bad xfr rcode: 5');
const ADDING = line('info', 'Adding RR: a.example.com 0 A 203.0.113.7');
const UPDATE_REFUSED = line(
  'error',
  'RFC2136 create record failed: soft error\nbad return code: REFUSED',
);
const FAILED = line(
  'error',
  'Failed to do run once: soft error\nRFC2136 had errors in one or more of its batches: [soft error\nbad return code: REFUSED] (consecutive soft errors: 3)',
);

describe('readSyncReport', () => {
  it.each([
    ['nothing yet', [], { upToDate: false }],
    ['a start', [CONFIGURED], { upToDate: false }],
    ['all as it should be', [CONFIGURED, UP_TO_DATE], { upToDate: true }],
    ['a change under way', [UP_TO_DATE, ADDING], { upToDate: false }],
    [
      'a zone that may not be read, for all that it is said to be up to date',
      [CONFIGURED, TRANSFER_REFUSED, UP_TO_DATE],
      { upToDate: false, problem: 'AXFR error: dns: bad xfr rcode: 5' },
    ],
    [
      'a zone that may not be written',
      [UP_TO_DATE, ADDING, UPDATE_REFUSED, FAILED],
      {
        upToDate: false,
        problem: 'RFC2136 create record failed: bad return code: REFUSED',
      },
    ],
    [
      'a trouble that has passed',
      [TRANSFER_REFUSED, UP_TO_DATE, UP_TO_DATE],
      { upToDate: true },
    ],
    [
      'a trouble that has passed with a change',
      [
        UPDATE_REFUSED,
        FAILED,
        ADDING,
        line(
          'info',
          'Reconciliation succeeded after 3 consecutive soft errors',
        ),
      ],
      { upToDate: false },
    ],
    [
      'what ended it',
      [
        CONFIGURED,
        line('fatal', 'failed to do run once: AccessDenied: not authorized'),
      ],
      {
        upToDate: false,
        problem: 'failed to do run once: AccessDenied: not authorized',
      },
    ],
    [
      'a log in JSON',
      [
        '{"level":"error","msg":"AXFR error: dns: bad xfr rcode: 5","time":"2026-11-24T09:37:32Z"}',
        '{"level":"info","msg":"All records are already up to date"}',
      ],
      { upToDate: false, problem: 'AXFR error: dns: bad xfr rcode: 5' },
    ],
    [
      'lines that are none of its',
      ['panic: goroutine 1', ''],
      { upToDate: false },
    ],
  ])('reads %s', (_, lines, expected) => {
    expect(readSyncReport(lines.join('\n'))).toEqual(expected);
  });
});

describe('providerAdvice', () => {
  it.each([
    ['AXFR error: dns: bad xfr rcode: 5', 'The name server refuses'],
    ['AXFR error: dns: bad xfr rcode: 9', 'does not know the key'],
    ['bad return code: NOTAUTH', 'does not know the key'],
    ['dns: bad authentication', 'does not know the key'],
    ['bad return code: NXDOMAIN', 'does not have this zone'],
    ['dial tcp 192.0.2.53:53: connect: connection refused', "can't be reached"],
    ['AccessDenied: not authorized to perform route53', 'the credentials'],
    ['something new', 'See spec.dns.external'],
  ])('of "%s" says "%s"', (problem, advice) => {
    expect(providerAdvice(problem)).toContain(advice);
  });
});
