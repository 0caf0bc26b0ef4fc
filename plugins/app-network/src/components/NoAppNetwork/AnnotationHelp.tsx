import { KUBERNETES_ID } from '@app-network/backstage-plugin-app-network-common';
import type { Entity } from '@backstage/catalog-model';
import { Link, Text } from '@backstage/ui';
import { stringify } from 'yaml';
import { KUBERNETES_LABEL_SELECTOR } from '../../status/entityLink';
import { CodeBlock } from '../Copy/CodeBlock';
import styles from './NoAppNetwork.module.css';

const READ_MORE =
  'https://backstage.io/docs/features/kubernetes/configuration#surfacing-your-kubernetes-components-as-part-of-an-entity';

/** How an entity names the objects of its own, where its name alone does not. */
export function AnnotationHelp(props: { entity: Entity }) {
  const { apiVersion, kind, metadata } = props.entity;
  return (
    <div className={styles.body}>
      <Text as="h4" variant="body-large" weight="bold">
        Does it have another name on Kubernetes?
      </Text>
      <Text as="p" variant="body-medium">
        This entity has neither the annotation{' '}
        <code className={styles.code}>{KUBERNETES_ID}</code> nor{' '}
        <code className={styles.code}>{KUBERNETES_LABEL_SELECTOR}</code>, so its
        own name was looked for. Add one of them to its catalog file:
      </Text>
      <CodeBlock
        label="Example of an annotation"
        text={stringify({
          apiVersion,
          kind,
          metadata: {
            name: metadata.name,
            annotations: { [KUBERNETES_ID]: metadata.name },
          },
        })}
      />
      <Link href={READ_MORE} target="_blank" rel="noopener noreferrer">
        Read more about these annotations
      </Link>
    </div>
  );
}
