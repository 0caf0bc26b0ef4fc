import { screen, waitFor, within } from '@testing-library/react';
import {
  clusterWithoutPlatform,
  failedCluster,
  installingCluster,
  readyCluster,
  unreachableCluster,
} from '../../../dev/fixtures/clusters';
import { refusal } from '../../../dev/fixtures/FixtureAppNetworkApi';
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
    expect(progress).toHaveAttribute('value', '2');
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
    await screen.findByRole('progressbar');

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
