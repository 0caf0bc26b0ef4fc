import type {
  ClusterSummary,
  NetworkPlatform,
  PlatformPlan,
} from '@app-network/backstage-plugin-app-network-common';
import { Button, Checkbox, Text } from '@backstage/ui';
import { useEffect, useState } from 'react';
import { usePlan } from '../../hooks/usePlan';
import { LoadingCards } from '../ErrorState/LoadingCards';
import { ConfirmRemoval } from './ConfirmRemoval';
import styles from './PlatformChange.module.css';
import { PlanError } from './PlanError';
import { PlanView } from './PlanView';

/** What a removal takes, and its confirmation. */
export function RemoveForm(props: {
  cluster: ClusterSummary;
  platform: NetworkPlatform;
  onRemoved: () => void;
}) {
  const { cluster, platform, onRemoved } = props;
  const [deletesKinds, setDeletesKinds] = useState(
    platform.spec?.uninstall?.customResourceDefinitions === 'Delete',
  );
  const [isConfirming, setConfirming] = useState(false);
  const state = usePlan(cluster.name);
  const { plan, error, makePlan, isApplied, pending } = state;
  const planRemoval = (deletes: boolean) =>
    makePlan({
      remove: { customResourceDefinitions: deletes ? 'Delete' : 'Keep' },
    });

  useEffect(() => {
    void makePlan({
      remove: { customResourceDefinitions: deletesKinds ? 'Delete' : 'Keep' },
    });
  }, [makePlan, deletesKinds]);
  useEffect(() => {
    if (isApplied) {
      onRemoved();
    }
  }, [isApplied, onRemoved]);

  return (
    <div className={styles.stack}>
      <Text as="p" variant="body-medium">
        Everything that the platform has installed is removed. Applications on
        this cluster are no longer reached through it, and their certificates
        are no longer renewed.
      </Text>
      <Checkbox isSelected={deletesKinds} onChange={setDeletesKinds}>
        Also delete the kinds of Istio and cert-manager, and every object of
        these kinds
      </Checkbox>
      {error !== undefined && (
        <PlanError state={state} onPlan={() => planRemoval(deletesKinds)} />
      )}
      {pending === 'plan' && <LoadingCards label="Planning the removal" />}
      {plan && (
        <>
          <PlanView plan={plan} />
          <div className={styles.approval}>
            <Button
              variant="primary"
              destructive
              isDisabled={state.isStale}
              onPress={() => setConfirming(true)}
            >
              Remove platform
            </Button>
          </div>
          <ConfirmRemoval
            clusterTitle={cluster.title}
            consequences={consequencesOf(plan, deletesKinds)}
            isOpen={isConfirming}
            onClose={() => setConfirming(false)}
            onConfirm={() => {
              setConfirming(false);
              void state.apply();
            }}
          />
        </>
      )}
    </div>
  );
}

function consequencesOf(
  { objects, kept }: PlatformPlan,
  deletesKinds: boolean,
): string[] {
  const definitions = kept.filter(
    ({ ref }) => ref.kind === 'CustomResourceDefinition',
  ).length;
  return [
    objects.length === 1
      ? '1 object is deleted.'
      : `${objects.length} objects are deleted.`,
    deletesKinds
      ? 'The kinds of Istio and cert-manager are deleted too, and with them every Gateway, VirtualService, Certificate and other object of these kinds, whoever made it.'
      : `Kinds (CustomResourceDefinitions) that are kept, and with them all objects of these kinds: ${definitions}.`,
  ];
}
