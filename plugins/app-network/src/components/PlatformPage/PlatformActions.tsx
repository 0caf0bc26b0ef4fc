import {
  appNetworkPlatformPermission,
  type ClusterSummary,
} from '@app-network/backstage-plugin-app-network-common';
import { useRouteRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import { ButtonLink } from '@backstage/ui';
import { RiDeleteBinLine, RiEditLine } from '@remixicon/react';
import { changePlatformRouteRef, removePlatformRouteRef } from '../../routes';

/** What can be done about a platform, for those who may. */
export function PlatformActions(props: { cluster: ClusterSummary }) {
  const { name, title } = props.cluster;
  const change = useRouteRef(changePlatformRouteRef);
  const remove = useRouteRef(removePlatformRouteRef);
  const { allowed } = usePermission({
    permission: appNetworkPlatformPermission,
  });
  if (!allowed || props.cluster.platform?.metadata.deletionTimestamp) {
    return null;
  }
  return (
    <>
      {change && (
        <ButtonLink
          href={change({ cluster: name })}
          size="small"
          variant="secondary"
          iconStart={<RiEditLine />}
          aria-label={`Change platform of ${title}`}
        >
          Change platform
        </ButtonLink>
      )}
      {remove && (
        <ButtonLink
          href={remove({ cluster: name })}
          size="small"
          variant="secondary"
          iconStart={<RiDeleteBinLine />}
          aria-label={`Remove platform of ${title}`}
        >
          Remove platform
        </ButtonLink>
      )}
    </>
  );
}
