import type { AppNetworkView } from '@app-network/backstage-plugin-app-network-common';
import { useApi } from '@backstage/core-plugin-api';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Text,
} from '@backstage/ui';
import { useState } from 'react';
import { appNetworkApiRef } from '../../api/AppNetworkApi';
import { describeError } from '../../status/describeError';
import { listed, namesOf, sharedHostnames } from '../../status/sharing';
import { Notice } from '../Notice/Notice';
import styles from './NetworkSection.module.css';
import { objectKey, qualifiedName } from './objectName';

/** Says what a deletion takes away before it is asked for. */
export function DeleteDialog(props: {
  view: AppNetworkView;
  clusterTitle: string;
  isOpen: boolean;
  onClose: () => void;
  onDeleted: () => void;
}) {
  const { view, clusterTitle, isOpen, onClose, onDeleted } = props;
  const api = useApi(appNetworkApiRef);
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>();
  const { name, namespace = '' } = view.appNetwork.metadata;

  const close = () => {
    setError(undefined);
    onClose();
  };
  const confirm = async () => {
    setPending(true);
    setError(undefined);
    try {
      await api.deleteAppNetwork({ cluster: view.cluster, namespace, name });
      close();
      onDeleted();
    } catch (cause) {
      setError(cause);
    } finally {
      setPending(false);
    }
  };

  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={open => !open && close()}
      isDismissable={!isPending}
      width="min(36rem, 90vw)"
    >
      <DialogHeader>{`Delete ${name} on ${clusterTitle}?`}</DialogHeader>
      <DialogBody>
        <div className={styles.dialogBody}>
          <Consequences view={view} />
          {error !== undefined && (
            <Notice status="danger" {...noticeOf(error)} />
          )}
        </div>
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" isDisabled={isPending} onPress={close}>
          Cancel
        </Button>
        <Button
          variant="primary"
          destructive
          isPending={isPending}
          onPress={confirm}
        >
          Delete
        </Button>
      </DialogFooter>
    </Dialog>
  );
}

/** Nothing is deleted again by itself. */
function noticeOf(error: unknown) {
  const { title, description } = describeError(
    error,
    'Press Delete to try again',
  );
  return { title, description };
}

function Consequences(props: { view: AppNetworkView }) {
  const { appNetwork, objects } = props.view;
  const shared = sharedHostnames(appNetwork);
  const own = (appNetwork.status?.hostnames ?? []).filter(
    name => !shared.some(({ hostname }) => hostname === name),
  );
  return (
    <>
      <Text as="p" variant="body-medium">
        {own.length > 0 ? `${listed(own)} will no longer answer. ` : ''}
        {shared
          .map(
            ({ hostname, others }) =>
              `${hostname} will no longer answer at the paths of this AppNetwork; ${namesOf(
                others,
              )} will be served there as before. `,
          )
          .join('')}
        The pods and Services of the application stay as they are.
      </Text>
      {objects.length > 0 && (
        <>
          <Text as="p" variant="body-medium">
            These objects are deleted with it:
          </Text>
          <ul className={styles.objectList} aria-label="Objects to be deleted">
            {objects.map(({ ref }) => (
              <li key={objectKey(ref)}>
                {ref.kind}{' '}
                <code className={styles.code}>{qualifiedName(ref)}</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
