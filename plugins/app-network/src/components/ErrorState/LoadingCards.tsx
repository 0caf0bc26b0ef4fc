import { Card, CardBody, CardHeader, Flex, Skeleton } from '@backstage/ui';
import cardStyles from '../Card/Card.module.css';

/** Holds the place of what is being loaded. */
export function LoadingCards(props: { label: string }) {
  return (
    <div role="status" aria-label={props.label}>
      <Card>
        <CardHeader className={cardStyles.inner}>
          <Skeleton width="12rem" height="1.5rem" />
        </CardHeader>
        <CardBody className={cardStyles.inner}>
          <Flex direction="column" gap="3">
            <Skeleton width="60%" height="1rem" />
            <Skeleton width="45%" height="1rem" />
            <Skeleton width="100%" height="6rem" />
          </Flex>
        </CardBody>
      </Card>
    </div>
  );
}
