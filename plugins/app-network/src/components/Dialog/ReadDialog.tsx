import type { ReactNode } from 'react';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
} from '@backstage/ui';

/** Something to read and to close; without a title there is nothing to show. */
export function ReadDialog(props: {
  title: string | undefined;
  onClose: () => void;
  children: ReactNode;
}) {
  const { title, onClose, children } = props;
  return (
    <Dialog
      isOpen={title !== undefined}
      onOpenChange={isOpen => !isOpen && onClose()}
      width="min(60rem, 92vw)"
    >
      {title !== undefined && (
        <>
          <DialogHeader>{title}</DialogHeader>
          <DialogBody>{children}</DialogBody>
          <DialogFooter>
            <Button variant="secondary" slot="close">
              Close
            </Button>
          </DialogFooter>
        </>
      )}
    </Dialog>
  );
}
