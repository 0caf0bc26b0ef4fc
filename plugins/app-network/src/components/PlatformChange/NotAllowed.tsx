import { appNetworkPlatformPermission } from '@app-network/backstage-plugin-app-network-common';
import { Notice } from '../Notice/Notice';

/** Says which permission is missing. */
export function NotAllowed() {
  return (
    <Notice
      status="danger"
      title="You are not allowed to change platforms"
      description={`Ask an administrator of the portal for the permission ${appNetworkPlatformPermission.name}.`}
    />
  );
}
