import type { PlannedObject } from '@app-network/backstage-plugin-app-network-common';
import {
  Accordion,
  AccordionPanel,
  AccordionTrigger,
  Skeleton,
  Text,
} from '@backstage/ui';
import { lazy, Suspense, useState } from 'react';
import { qualifiedName } from '../NetworkSection/objectName';
import styles from './PlatformChange.module.css';

const ObjectDiff = lazy(() => import('./ObjectDiff'));

/** The objects of a plan that the same becomes of; each opens to show what. */
export function PlannedObjectList(props: {
  objects: PlannedObject[];
  action: PlannedObject['action'];
}) {
  const { objects, action } = props;
  // With few changes they are what one has come for.
  const isOpen = action === 'Change' && objects.length <= OPENED;
  return (
    <div className={styles.objects}>
      {objects.map(object => (
        <PlannedObjectItem
          key={`${object.ref.apiVersion} ${object.ref.kind} ${qualifiedName(
            object.ref,
          )}`}
          object={object}
          isOpenAtFirst={isOpen}
        />
      ))}
    </div>
  );
}

const OPENED = 3;

function PlannedObjectItem(props: {
  object: PlannedObject;
  isOpenAtFirst: boolean;
}) {
  const { object, isOpenAtFirst } = props;
  const { ref, release } = object;
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  return (
    <Accordion isExpanded={isOpen} onExpandedChange={setOpen}>
      <AccordionTrigger level={5}>
        <span className={styles.object}>
          <Text variant="body-medium" weight="bold">
            {`${ref.kind} ${qualifiedName(ref)}`}
          </Text>{' '}
          <Text variant="body-small" color="secondary">
            {release ? `of ${release}` : 'of the platform itself'}
          </Text>
        </span>
      </AccordionTrigger>
      <AccordionPanel>
        {isOpen && (
          // A plan has up to a hundred objects, some of them long.
          <Suspense fallback={<Skeleton width="100%" height="6rem" />}>
            <ObjectDiff object={object} />
          </Suspense>
        )}
      </AccordionPanel>
    </Accordion>
  );
}
