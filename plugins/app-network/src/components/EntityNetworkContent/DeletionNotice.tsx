import type {
  AppNetworkView,
  ClusterSummary,
  EntityNetworks,
} from '@app-network/backstage-plugin-app-network-common';
import { useEffect, useRef, useState } from 'react';
import { Notice } from '../Notice/Notice';
import styles from './DeletionNotice.module.css';

/** Says when an AppNetwork that was seen being deleted is gone. */
export function DeletionNotice(props: { networks: EntityNetworks }) {
  const { networks } = props;
  const deleting = useRef(new Map<string, string>());
  const [gone, setGone] = useState<string[]>([]);

  useEffect(() => {
    const { items, clusters } = networks;
    const present = new Set(items.map(keyOf));
    const finished = [...deleting.current].filter(([key]) => !present.has(key));
    deleting.current = new Map(
      items
        .filter(item => item.appNetwork.metadata.deletionTimestamp)
        .map(item => [keyOf(item), describe(item, clusters)]),
    );
    if (finished.length > 0) {
      setGone(finished.map(([, description]) => description));
    }
  }, [networks]);

  return (
    <div role="status" className={styles.region}>
      {gone.map(description => (
        <Notice
          key={description}
          status="success"
          title={`${description} is deleted, with everything that was made for it.`}
        />
      ))}
    </div>
  );
}

function keyOf({ cluster, appNetwork }: AppNetworkView): string {
  const { uid, namespace, name } = appNetwork.metadata;
  return `${cluster}/${uid ?? `${namespace}/${name}`}`;
}

function describe(
  { cluster, appNetwork }: AppNetworkView,
  clusters: ClusterSummary[],
): string {
  const title = clusters.find(({ name }) => name === cluster)?.title;
  return `${appNetwork.metadata.name} on ${title ?? cluster}`;
}
