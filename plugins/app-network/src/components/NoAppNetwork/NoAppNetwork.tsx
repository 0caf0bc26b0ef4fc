import {
  KUBERNETES_ID,
  type EntityNetworks,
} from '@app-network/backstage-plugin-app-network-common';
import type { Entity } from '@backstage/catalog-model';
import { useRouteRef } from '@backstage/frontend-plugin-api';
import { ButtonLink, Card, CardBody, Text } from '@backstage/ui';
import { createTemplateRouteRef } from '../../routes';
import { entityLink, exampleAppNetwork } from '../../status/entityLink';
import cardStyles from '../Card/Card.module.css';
import { CodeBlock } from '../Copy/CodeBlock';
import { AnnotationHelp } from './AnnotationHelp';
import styles from './NoAppNetwork.module.css';

/** What to do to put an entity on the network. */
export function NoAppNetwork(props: {
  entity: Entity;
  networks: EntityNetworks;
}) {
  const { entity, networks } = props;
  const link = entityLink(entity);
  const templates = useRouteRef(createTemplateRouteRef);
  return (
    <Card>
      <CardBody className={cardStyles.padded}>
        <div className={styles.body}>
          <Text as="h3" variant="title-small" weight="bold">
            {entity.metadata.title ?? entity.metadata.name} is not on the
            network
          </Text>
          <Text as="p" variant="body-medium">
            No AppNetwork with the label{' '}
            <code
              className={styles.code}
            >{`${KUBERNETES_ID}: ${link.id}`}</code>
            {link.selector && (
              <>
                {' '}
                or the labels{' '}
                <code className={styles.code}>{link.selector}</code>
              </>
            )}
            {link.namespace && (
              <>
                {' '}
                in the namespace{' '}
                <code className={styles.code}>{link.namespace}</code>
              </>
            )}{' '}
            was found on {clusterNames(networks)}. It would give the application
            a hostname, a certificate and routes. Apply this, with the labels of
            the application’s pods as its selector:
          </Text>
          <CodeBlock
            label="Example of an AppNetwork"
            text={exampleAppNetwork(entity, link)}
          />
          {templates && (
            <div>
              <ButtonLink href={templates()} variant="secondary">
                Choose a template
              </ButtonLink>
            </div>
          )}
          {!link.isAnnotated && <AnnotationHelp entity={entity} />}
        </div>
      </CardBody>
    </Card>
  );
}

function clusterNames({ clusters, errors }: EntityNetworks): string {
  const failed = new Set(errors.map(({ cluster }) => cluster));
  const asked = clusters.filter(({ name }) => !failed.has(name));
  if (asked.length === 0) {
    return 'any cluster, as none could be asked';
  }
  const titles = new Intl.ListFormat('en', { type: 'conjunction' }).format(
    asked.map(({ title }) => title),
  );
  return `${asked.length === 1 ? 'cluster' : 'clusters'} ${titles}`;
}
