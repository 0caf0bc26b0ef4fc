import type { ClusterSummary } from '@app-network/backstage-plugin-app-network-common';
import type { FieldExtensionComponentProps } from '@backstage/plugin-scaffolder-react';
import { Flex, Radio, RadioGroup, Text } from '@backstage/ui';
import { useEffect } from 'react';
import { ErrorState } from '../components/ErrorState/ErrorState';
import { LoadingCards } from '../components/ErrorState/LoadingCards';
import { HealthStatus } from '../components/HealthStatus/HealthStatus';
import { useClusters } from '../hooks/useClusters';
import { targetHealth } from '../status/targetHealth';

/** Chooses a cluster of those that the portal knows; says of each how it is, and does not offer one that does not answer. */
export function AppNetworkClusterPicker(
  props: FieldExtensionComponentProps<string>,
) {
  const { formData, onChange, rawErrors, required, schema, uiSchema } = props;
  const { data, error, refresh } = useClusters();
  const only = data?.length === 1 ? data[0] : undefined;

  useEffect(() => {
    if (only && !formData && targetHealth(only).isUsable) {
      onChange(only.name);
    }
  }, [only, formData, onChange]);

  if (!data) {
    return error ? (
      <ErrorState error={error} onRetry={refresh} />
    ) : (
      <LoadingCards label="Loading clusters" />
    );
  }
  return (
    <RadioGroup
      label={uiSchema['ui:title'] ?? schema.title ?? 'Cluster'}
      description={
        data.length === 0
          ? 'No clusters are configured: name them under appNetwork.clusters in app-config.yaml.'
          : uiSchema['ui:description'] ?? schema.description
      }
      isRequired={required}
      isInvalid={Boolean(rawErrors?.length) && !formData}
      value={formData ?? ''}
      onChange={onChange}
    >
      {data.map(cluster => (
        <ClusterOption key={cluster.name} cluster={cluster} />
      ))}
    </RadioGroup>
  );
}

function ClusterOption(props: { cluster: ClusterSummary }) {
  const { cluster } = props;
  const { health, isUsable } = targetHealth(cluster);
  return (
    <Radio value={cluster.name} isDisabled={!isUsable}>
      <Flex direction="column" gap="1">
        <Flex align="center" gap="2">
          <Text variant="body-medium">{cluster.title}</Text>
          <HealthStatus health={health} />
        </Flex>
        {health.message && (
          <Text variant="body-small" color="secondary">
            {health.message}
          </Text>
        )}
      </Flex>
    </Radio>
  );
}
