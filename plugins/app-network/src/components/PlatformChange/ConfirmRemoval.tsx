import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Text,
} from '@backstage/ui';

/** Asks once more, and says what goes and what is kept. */
export function ConfirmRemoval(props: {
  clusterTitle: string;
  consequences: string[];
  isOpen: boolean;
  onClose: () => void;
  onConfirm: () => void;
}) {
  const { clusterTitle, consequences, isOpen, onClose, onConfirm } = props;
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={open => !open && onClose()}
      width="min(36rem, 90vw)"
    >
      <DialogHeader>{`Remove the platform of ${clusterTitle}?`}</DialogHeader>
      <DialogBody>
        {consequences.map(consequence => (
          <Text key={consequence} as="p" variant="body-medium">
            {consequence}
          </Text>
        ))}
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" onPress={onClose}>
          Cancel
        </Button>
        <Button variant="primary" destructive onPress={onConfirm}>
          Remove
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
