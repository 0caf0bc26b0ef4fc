import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import { Link, Text, VisuallyHidden } from '@backstage/ui';
import { RiExternalLinkLine } from '@remixicon/react';
import { CopyButton } from '../Copy/CopyButton';
import styles from '../Copy/CopyList.module.css';

/** The addresses to open in a browser. */
export function HostnameList(props: { appNetwork: AppNetwork }) {
  const urls = urlsOf(props.appNetwork);
  if (urls.length === 0) {
    return (
      <Text variant="body-medium" color="secondary">
        None yet: a hostname is made once the gateway has an address.
      </Text>
    );
  }
  return (
    <ul className={styles.list}>
      {urls.map(url => (
        <li key={url} className={styles.item}>
          <Link href={url} target="_blank" rel="noopener noreferrer">
            {url}
            <RiExternalLinkLine aria-hidden className={styles.icon} />
            <VisuallyHidden>, opens in a new tab</VisuallyHidden>
          </Link>
          <CopyButton value={url} />
        </li>
      ))}
    </ul>
  );
}

/** What the status says; before it says anything, what the spec asks for. */
function urlsOf({ spec, status }: AppNetwork): string[] {
  if (status?.urls?.length) {
    return status.urls;
  }
  const hostnames = status?.hostnames ?? spec?.hostnames ?? [];
  return hostnames.map(hostname => `https://${hostname}/`);
}
