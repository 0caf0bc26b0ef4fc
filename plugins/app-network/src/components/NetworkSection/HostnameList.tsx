import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import { Link, Text, VisuallyHidden } from '@backstage/ui';
import { RiExternalLinkLine } from '@remixicon/react';
import { isStatusCurrent, type Health } from '../../status/health';
import {
  namesOf,
  sharedHostnames,
  type SharedHostname,
} from '../../status/sharing';
import { CopyButton } from '../Copy/CopyButton';
import styles from '../Copy/CopyList.module.css';
import { HealthStatus } from '../HealthStatus/HealthStatus';

/** Where it is reached: what to open in a browser, with whom it is shared, and what it asks for and is not served at. */
export function HostnameList(props: { appNetwork: AppNetwork }) {
  const { appNetwork } = props;
  const { spec, status } = appNetwork;
  const served = status?.hostnames ?? [];
  const missing = (spec?.hostnames ?? []).filter(
    hostname => !served.includes(hostname),
  );
  if (served.length + missing.length === 0) {
    return (
      <Text variant="body-medium" color="secondary">
        None yet: a hostname is made once the gateway has an address.
      </Text>
    );
  }
  const shared = sharedHostnames(appNetwork);
  return (
    <ul className={styles.list}>
      {served.map(hostname => (
        <li key={hostname}>
          <Served hostname={hostname} urls={status?.urls ?? []} />
          <Sharing shared={shared.find(each => each.hostname === hostname)} />
        </li>
      ))}
      {missing.map(hostname => (
        <li key={hostname} className={styles.item}>
          <span className={styles.value}>{hostname}</span>
          <HealthStatus
            health={isStatusCurrent(appNetwork) ? NOT_SERVED : NOT_SERVED_YET}
          />
        </li>
      ))}
    </ul>
  );
}

const NOT_SERVED: Health = { level: 'problem', label: 'Not served' };
const NOT_SERVED_YET: Health = { level: 'progress', label: 'Not served yet' };

/** A wildcard is nothing to open. */
function Served(props: { hostname: string; urls: string[] }) {
  const { hostname, urls } = props;
  const url = urls.find(candidate => new URL(candidate).hostname === hostname);
  return (
    <div className={styles.item}>
      {url ? (
        <Link href={url} target="_blank" rel="noopener noreferrer">
          {url}
          <RiExternalLinkLine aria-hidden className={styles.icon} />
          <VisuallyHidden>, opens in a new tab</VisuallyHidden>
        </Link>
      ) : (
        <span className={styles.value}>{hostname}</span>
      )}
      <CopyButton value={url ?? hostname} />
    </div>
  );
}

function Sharing(props: { shared: SharedHostname | undefined }) {
  if (!props.shared) {
    return null;
  }
  const { heldBy, others } = props.shared;
  return (
    <Text as="p" variant="body-small" color="secondary">
      {`Shared with ${namesOf(others)}, each at its own paths. ${
        heldBy === undefined
          ? 'This one holds it: its Gateway and certificate serve all of them.'
          : `${heldBy} holds it: the Gateway and the certificate are those of ${heldBy}.`
      }`}
    </Text>
  );
}
