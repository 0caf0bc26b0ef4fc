import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  clusterWithoutPlatform,
  failedCluster,
  installingCluster,
  readyCluster,
  richCluster,
  unreachableCluster,
} from '../../../dev/fixtures/clusters';
import { refusal } from '../../../dev/fixtures/FixtureAppNetworkApi';
import { gatewayValues } from '../../../dev/fixtures/plans';
import { renderWithApi } from '../../../dev/testing/renderWithApi';
import { PlatformPage } from './PlatformPage';

describe('PlatformPage', () => {
  it('says that it loads', async () => {
    renderWithApi(<PlatformPage />, {
      getClusters: () => new Promise(() => {}),
    });

    expect(
      await screen.findByRole('status', { name: 'Loading clusters' }),
    ).toBeInTheDocument();
  });

  it('gives the configuration to a portal without clusters', async () => {
    renderWithApi(<PlatformPage />, { getClusters: async () => [] });

    expect(
      await screen.findByText('No clusters are configured'),
    ).toBeInTheDocument();
    const example = screen.getByRole('region', {
      name: 'Example of a configuration',
    });
    await waitFor(() => expect(example).toHaveTextContent('appNetwork:'));
    expect(example).toHaveTextContent('kubeconfig: /etc/');
  });

  it('shows a platform that is ready, with its releases and its address', async () => {
    renderWithApi(<PlatformPage />, {
      getClusters: async () => [readyCluster()],
    });

    const card = await screen.findByRole('region', { name: 'Local' });
    expect(card).toHaveTextContent('Kubernetes v1.36.3');
    expect(within(card).getByText('Connected')).toBeInTheDocument();
    expect(within(card).getByText('203.0.113.7')).toBeInTheDocument();
    const [, ...rows] = within(
      within(card).getByRole('grid', { name: 'Components' }),
    ).getAllByRole('row');
    expect(rows[2]).toHaveTextContent(
      /istiodin istio-systemistiod1\.31\.0Ready–2 days ago/,
    );
    expect(within(card).queryByRole('progressbar')).toBeNull();
  });

  it('shows how far an installation is', async () => {
    renderWithApi(<PlatformPage />, {
      getClusters: async () => [installingCluster()],
    });

    const progress = await screen.findByRole('progressbar', {
      name: '2 of 4 components ready',
    });
    expect(progress).toHaveAttribute('value', '2.6');
    expect(
      screen.getByRole('progressbar', { name: 'Progress of istiod' }),
    ).toHaveAttribute('value', '60');
    expect(screen.getByText('Starting · 60 %')).toBeInTheDocument();
    expect(
      screen.getByText(/Waiting for Deployment istio-system\/istiod/),
    ).toBeInTheDocument();
    expect(screen.getByText('The gateway has no address yet.')).toBeVisible();
  });

  it('follows an installation by signals', async () => {
    let cluster = installingCluster();
    const { signals } = renderWithApi(<PlatformPage />, {
      getClusters: async () => [cluster],
    });
    await screen.findByRole('progressbar', { name: /components ready/ });

    cluster = readyCluster('staging', 'Staging');
    signals.publish({
      cluster: 'staging',
      kind: 'NetworkPlatform',
      name: 'default',
    });

    await waitFor(() =>
      expect(screen.queryByRole('progressbar')).not.toBeInTheDocument(),
    );
  });

  it('says which component failed and why, and what the cluster lacks', async () => {
    renderWithApi(<PlatformPage />, {
      getClusters: async () => [failedCluster()],
    });

    const card = await screen.findByRole('region', { name: 'Production' });
    const [degraded, failed] = within(card).getAllByRole('alert');
    expect(degraded).toHaveTextContent(/Degraded.*may not list secrets/);
    expect(failed).toHaveTextContent(
      /ComponentFailed.*namespaces is forbidden/,
    );
  });

  it('shows the other clusters beside one that does not answer, and does not claim that it lacks a platform', async () => {
    renderWithApi(<PlatformPage />, {
      getClusters: async () => [unreachableCluster(), readyCluster()],
    });

    const edge = await screen.findByRole('region', { name: 'Edge' });
    expect(within(edge).getByRole('alert')).toHaveTextContent('ECONNREFUSED');
    expect(edge).not.toHaveTextContent('No NetworkPlatform');
    expect(screen.getByRole('region', { name: 'Local' })).toBeInTheDocument();
  });

  it('shows what was there already, what somebody has changed, and system components with their addresses', async () => {
    renderWithApi(<PlatformPage />, {
      getClusters: async () => [richCluster()],
    });

    const components = await screen.findByRole('grid', { name: 'Components' });
    expect(
      within(components).getByRole('row', { name: /cert-manager/ }),
    ).toHaveTextContent(/in tls.*1\.19\.0Existing.*was there already/);
    expect(
      screen.getByRole('list', { name: 'Drift of istio-ingressgateway' }),
    ).toHaveTextContent(
      'Deployment istio-system/istio-ingressgateway spec.replicas is 5, and would be 2.',
    );
    const system = screen.getByRole('grid', { name: 'System components' });
    expect(
      within(system).getByRole('link', {
        name: 'https://prometheus.default.203.0.113.8.nip.io/',
      }),
    ).toBeInTheDocument();
    expect(
      within(system).getByRole('row', { name: /vault/ }),
    ).toHaveTextContent(/OutFailedService vault\/vault-ui/);
    expect(screen.getByText('203.0.113.8')).toBeInTheDocument();
    expect(
      screen.getByRole('row', { name: /SystemIngressReady/ }),
    ).toHaveTextContent(/FalseServiceMissing/);
  });

  it('shows the values of a release, and which are the user’s', async () => {
    const user = userEvent.setup();
    const getReleaseValues = jest.fn(async () => gatewayValues());
    renderWithApi(<PlatformPage />, {
      getClusters: async () => [readyCluster()],
      getReleaseValues,
    });

    await user.click(
      await screen.findByRole('button', {
        name: 'Values of istio-ingressgateway',
      }),
    );
    const dialog = await screen.findByRole('dialog', {
      name: 'Values of istio-ingressgateway',
    });
    const values = await within(dialog).findByRole('grid', { name: 'Values' });
    expect(
      within(values).getByRole('row', { name: /replicaCount/ }),
    ).toHaveTextContent('replicaCount3You (spec)instead of the profile’s 1');
    expect(
      within(values).getByRole('row', { name: /service.type/ }),
    ).toHaveTextContent('Profile');
    expect(getReleaseValues).toHaveBeenCalledWith(
      'local',
      'istio-ingressgateway',
    );
  });

  it('offers changes to those alone who may make them', async () => {
    renderWithApi(<PlatformPage />, {
      getClusters: async () => [readyCluster(), clusterWithoutPlatform()],
    });
    expect(
      await screen.findByRole('link', { name: 'Change platform of Local' }),
    ).toHaveAttribute('href', '/app-network/local/change');
    expect(
      screen.getByRole('link', { name: 'Remove platform of Local' }),
    ).toHaveAttribute('href', '/app-network/local/remove');
    expect(
      screen.getByRole('link', { name: 'Install a platform on Sandbox' }),
    ).toHaveAttribute('href', '/app-network/sandbox/change');
  });

  it('offers no changes to those who may not make them', async () => {
    renderWithApi(
      <PlatformPage />,
      { getClusters: async () => [readyCluster(), clusterWithoutPlatform()] },
      { mayChange: false },
    );
    await screen.findByRole('region', { name: 'Sandbox' });
    await waitFor(() =>
      expect(screen.queryByRole('link', { name: /latform/ })).toBeNull(),
    );
  });

  it('gives the YAML to a cluster without a platform', async () => {
    renderWithApi(<PlatformPage />, {
      getClusters: async () => [clusterWithoutPlatform()],
    });

    expect(
      await screen.findByText('No NetworkPlatform on this cluster'),
    ).toBeInTheDocument();
    await waitFor(() =>
      expect(
        screen.getByRole('region', { name: 'Example of a NetworkPlatform' }),
      ).toHaveTextContent('kind: NetworkPlatform'),
    );
  });

  it('names the permission that is missing', async () => {
    const error = await refusal(403, 'NotAllowedError', 'app-network.read');
    renderWithApi(<PlatformPage />, {
      getClusters: async () => {
        throw error;
      },
    });

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'app-network.read',
    );
  });
});
