import type { Address } from '@app-network/backstage-plugin-app-network-common';
import { Text } from '@backstage/ui';
import { CopyButton } from '../Copy/CopyButton';
import styles from '../Copy/CopyList.module.css';

/** The addresses of a gateway. */
export function AddressList(props: { addresses: Address[] }) {
  if (props.addresses.length === 0) {
    return (
      <Text variant="body-medium" color="secondary">
        The gateway has no address yet.
      </Text>
    );
  }
  return (
    <ul className={styles.list}>
      {props.addresses.map(({ value }) => (
        <li key={value} className={styles.item}>
          <code className={styles.value}>{value}</code>
          <CopyButton value={value} />
        </li>
      ))}
    </ul>
  );
}
