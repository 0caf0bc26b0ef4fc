import { Card, CardBody, Text } from '@backstage/ui';
import { stringify } from 'yaml';
import cardStyles from '../Card/Card.module.css';
import { CodeBlock } from '../Copy/CodeBlock';
import styles from './PlatformPage.module.css';

const EXAMPLE = stringify({
  appNetwork: {
    clusters: [
      {
        name: 'production',
        title: 'Production',
        kubeconfig: '/etc/app-network/production.kubeconfig',
        context: 'production',
      },
    ],
  },
});

/** What to configure in a portal that knows no cluster. */
export function NoClusters() {
  return (
    <Card>
      <CardBody className={cardStyles.padded}>
        <div className={styles.details}>
          <Text as="h3" variant="title-small" weight="bold">
            No clusters are configured
          </Text>
          <Text as="p" variant="body-medium">
            Name those whose applications shall be on the network in
            app-config.yaml, and restart the backend:
          </Text>
          <CodeBlock label="Example of a configuration" text={EXAMPLE} />
        </div>
      </CardBody>
    </Card>
  );
}
