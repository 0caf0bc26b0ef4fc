import type { ClusterSummary } from '@app-network/backstage-plugin-app-network-common';
import type { FieldExtensionComponentProps } from '@backstage/plugin-scaffolder-react';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  clusterWithoutPlatform,
  installingCluster,
  readyCluster,
  unreachableCluster,
} from '../../dev/fixtures/clusters';
import { renderWithApi } from '../../dev/testing/renderWithApi';
import { AppNetworkClusterPicker } from './AppNetworkClusterPicker';

function renderPicker(clusters: ClusterSummary[], formData?: string) {
  const onChange = jest.fn();
  const props = {
    onChange,
    formData,
    rawErrors: [],
    required: true,
    schema: { title: 'Cluster' },
    uiSchema: {},
  } as unknown as FieldExtensionComponentProps<string>;
  renderWithApi(<AppNetworkClusterPicker {...props} />, {
    getClusters: async () => clusters,
  });
  return onChange;
}

describe('AppNetworkClusterPicker', () => {
  it('offers the clusters with their health, and not those on which it could only fail', async () => {
    renderPicker([
      readyCluster(),
      installingCluster(),
      unreachableCluster(),
      clusterWithoutPlatform(),
    ]);

    expect(
      await screen.findByRole('radio', { name: /^Local\s*Ready/ }),
    ).toBeEnabled();
    expect(
      screen.getByRole('radio', { name: /^Staging\s*Platform installing/ }),
    ).toBeEnabled();
    expect(
      screen.getByRole('radio', { name: /^Edge\s*Unreachable.*ECONNREFUSED/ }),
    ).toBeDisabled();
    expect(
      screen.getByRole('radio', { name: /^Sandbox\s*No NetworkPlatform/ }),
    ).toBeDisabled();
  });

  it('gives the name of the chosen cluster', async () => {
    const onChange = renderPicker([readyCluster(), installingCluster()]);

    await userEvent.click(
      await screen.findByRole('radio', { name: /Staging/ }),
    );
    expect(onChange).toHaveBeenCalledWith('staging');
  });

  it('chooses the only cluster by itself', async () => {
    const onChange = renderPicker([readyCluster()]);

    await waitFor(() => expect(onChange).toHaveBeenCalledWith('local'));
  });

  it('says what to configure where there is none', async () => {
    renderPicker([]);

    expect(
      await screen.findByText(/name them under appNetwork\.clusters/),
    ).toBeInTheDocument();
  });
});
