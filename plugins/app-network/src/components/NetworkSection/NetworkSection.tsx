import type {
  AppNetwork,
  AppNetworkView,
} from '@app-network/backstage-plugin-app-network-common';
import { Card, CardBody, CardHeader } from '@backstage/ui';
import { useId } from 'react';
import { useNow } from '../../hooks/useNow';
import { appNetworkHealth } from '../../status/health';
import { lentHostnames, listed, sharedHostnames } from '../../status/sharing';
import { ConditionTable } from '../ConditionTable/ConditionTable';
import cardStyles from '../Card/Card.module.css';
import { HealthMessage } from '../HealthStatus/HealthMessage';
import { SectionPart } from '../SectionPart/SectionPart';
import { ObjectTable } from './ObjectTable';
import { RouteTable } from './RouteTable';
import { SectionHeader } from './SectionHeader';
import { Summary } from './Summary';

/** One AppNetwork on one cluster: how it is, where it is reached, and what it became. */
export function NetworkSection(props: {
  view: AppNetworkView;
  clusterTitle: string;
  onDeleted: () => void;
}) {
  const { view, clusterTitle, onDeleted } = props;
  const { appNetwork } = view;
  const health = appNetworkHealth(appNetwork);
  const headingId = useId();
  const now = useNow(30_000);

  return (
    <section aria-labelledby={headingId}>
      <Card className={cardStyles.card}>
        <CardHeader className={cardStyles.inner}>
          <SectionHeader
            view={view}
            clusterTitle={clusterTitle}
            health={health}
            headingId={headingId}
            onDeleted={onDeleted}
          />
        </CardHeader>
        <CardBody className={cardStyles.inner}>
          <HealthMessage health={health} />
          <Summary appNetwork={appNetwork} now={now} />
          <SectionPart title="Routes" hint={routesHint(appNetwork)}>
            <RouteTable view={view} />
          </SectionPart>
          <SectionPart title="Conditions">
            <ConditionTable
              conditions={appNetwork.status?.conditions ?? []}
              now={now}
            />
          </SectionPart>
          <SectionPart title="Objects" hint={objectsHint(appNetwork)}>
            <ObjectTable objects={view.objects} />
          </SectionPart>
        </CardBody>
      </Card>
    </section>
  );
}

function routesHint(appNetwork: AppNetwork): string {
  const shared = sharedHostnames(appNetwork).map(({ hostname }) => hostname);
  return [
    'The gateway tries them from top to bottom; the first that matches answers.',
    ...(shared.length > 0
      ? [
          `At ${listed(
            shared,
          )} it has the routes of the others in between: the most specific one answers, whosever it is.`,
        ]
      : []),
  ].join(' ');
}

function objectsHint(appNetwork: AppNetwork): string {
  return [
    'What App Network made on the cluster. Choose one to see its YAML.',
    ...[...lentHostnames(appNetwork)].map(
      ([holder, hostnames]) =>
        `The Gateway, VirtualService and Certificate of ${listed(
          hostnames,
        )} are AppNetwork ${holder}’s.`,
    ),
  ].join(' ');
}
