import type { AppNetworkStatus } from '@app-network/backstage-plugin-app-network-common';
import { Text } from '@backstage/ui';
import { certificateExpiry } from '../../status/certificateExpiry';
import { listed } from '../../status/sharing';
import { HealthStatus } from '../HealthStatus/HealthStatus';
import styles from './NetworkSection.module.css';

/**
 * Who vouches for the hostnames, and until when.
 *
 * @param lent - hostnames that others hold, by who does; where none is left, `certificate` is that of the first of those
 */
export function CertificateDetails(props: {
  certificate: AppNetworkStatus['certificate'];
  isPassthrough: boolean;
  lent: ReadonlyMap<string, string[]>;
  now: Date;
}) {
  const { certificate, isPassthrough, lent, now } = props;
  if (isPassthrough) {
    return (
      <Text variant="body-medium" color="secondary">
        The application’s own: TLS passes through the gateway.
      </Text>
    );
  }
  if (!certificate) {
    return (
      <Text variant="body-medium" color="secondary">
        Not issued yet.
      </Text>
    );
  }
  const { issuer, secretName } = certificate;
  return (
    <div className={styles.certificate}>
      <Expiry certificate={certificate} now={now} />
      <Text as="p" variant="body-small" color="secondary">
        {issuer && (
          <>
            Issuer <code className={styles.code}>{issuer}</code>,{' '}
          </>
        )}
        Secret <code className={styles.code}>{secretName}</code>
      </Text>
      {[...lent].map(([holder, hostnames]) => (
        <Text key={holder} as="p" variant="body-small" color="secondary">
          {`${listed(hostnames)} ${
            hostnames.length > 1 ? 'have' : 'has'
          } the certificate of AppNetwork ${holder}.`}
        </Text>
      ))}
    </div>
  );
}

const EXPIRY_WORDS: Record<string, string> = { Valid: 'until', Expired: 'on' };

function Expiry(props: {
  certificate: NonNullable<AppNetworkStatus['certificate']>;
  now: Date;
}) {
  const { certificate, now } = props;
  const expiry = certificateExpiry(certificate, now);
  if (!expiry) {
    return (
      <HealthStatus health={{ level: 'progress', label: 'Being issued' }} />
    );
  }
  const { health, date, relative } = expiry;
  return (
    <>
      <div className={styles.expiry}>
        <HealthStatus health={health} />
        <Text as="span" variant="body-medium">
          {EXPIRY_WORDS[health.label] ?? '– valid until'}{' '}
          <time dateTime={certificate.notAfter}>{date}</time> ({relative})
        </Text>
      </div>
      {health.message && (
        <Text as="p" variant="body-small">
          {health.message}
        </Text>
      )}
    </>
  );
}
