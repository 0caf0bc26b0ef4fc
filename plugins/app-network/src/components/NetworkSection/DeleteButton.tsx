import {
  appNetworkDeletePermission,
  type AppNetworkView,
} from '@app-network/backstage-plugin-app-network-common';
import { Button } from '@backstage/ui';
import { RiDeleteBinLine } from '@remixicon/react';
import { usePermission } from '@backstage/plugin-permission-react';
import { useState } from 'react';
import { DeleteDialog } from './DeleteDialog';

/** Offers to delete an AppNetwork to those who may; once it is being deleted there is nothing more to offer. */
export function DeleteButton(props: {
  view: AppNetworkView;
  clusterTitle: string;
  onDeleted: () => void;
}) {
  const { view, clusterTitle, onDeleted } = props;
  const { metadata } = view.appNetwork;
  const { allowed } = usePermission({ permission: appNetworkDeletePermission });
  const [isOpen, setOpen] = useState(false);
  if (!allowed || metadata.deletionTimestamp) {
    return null;
  }
  return (
    <>
      <Button
        size="small"
        variant="secondary"
        iconStart={<RiDeleteBinLine />}
        aria-label={`Delete ${metadata.name} on ${clusterTitle}`}
        onPress={() => setOpen(true)}
      >
        Delete
      </Button>
      <DeleteDialog
        view={view}
        clusterTitle={clusterTitle}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        onDeleted={onDeleted}
      />
    </>
  );
}
