import type { EntityNetworks } from '@app-network/backstage-plugin-app-network-common';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  degradedView,
  deletingView,
  readyView,
  sharingView,
  startingView,
} from '../../../dev/fixtures/appNetworks';
import {
  readyCluster,
  unreachableCluster,
} from '../../../dev/fixtures/clusters';
import { component } from '../../../dev/fixtures/entities';
import { refusal } from '../../../dev/fixtures/FixtureAppNetworkApi';
import { renderWithApi } from '../../../dev/testing/renderWithApi';
import { EntityNetworkContent } from './EntityNetworkContent';

const KUBERNETES_ID = 'backstage.io/kubernetes-id';

function tab(entity = component('shop', { [KUBERNETES_ID]: 'shop' })) {
  return (
    <EntityProvider entity={entity}>
      <EntityNetworkContent />
    </EntityProvider>
  );
}

function networks(overrides: Partial<EntityNetworks> = {}): EntityNetworks {
  return {
    items: [readyView()],
    errors: [],
    clusters: [readyCluster()],
    ...overrides,
  };
}

describe('EntityNetworkContent', () => {
  it('says that it loads', async () => {
    renderWithApi(tab(), { getEntityNetworks: () => new Promise(() => {}) });

    expect(
      await screen.findByRole('status', { name: 'Loading networks' }),
    ).toBeInTheDocument();
  });

  it('asks for the networks of its entity', async () => {
    const getEntityNetworks = jest.fn(async () => networks());
    renderWithApi(tab(), { getEntityNetworks });

    await screen.findByRole('region', { name: 'shop' });
    expect(getEntityNetworks).toHaveBeenCalledWith({
      kind: 'Component',
      namespace: 'default',
      name: 'shop',
    });
  });

  it('shows a network that is ready, with links that open in a new tab', async () => {
    renderWithApi(tab(), { getEntityNetworks: async () => networks() });

    const section = await screen.findByRole('region', { name: 'shop' });
    expect(
      within(section).getByText('Cluster Local · Namespace shop'),
    ).toBeInTheDocument();
    const link = within(section).getByRole('link', {
      name: /https:\/\/shop\.example\.com/,
    });
    expect(link).toHaveAttribute('href', 'https://shop.example.com/');
    expect(link).toHaveAttribute('target', '_blank');
    expect(link).toHaveAttribute('rel', expect.stringContaining('noopener'));
    expect(within(section).getByText('203.0.113.7')).toBeInTheDocument();
    expect(within(section).getByText(/in 89 days/)).toBeInTheDocument();
  });

  it('lists routes in the order in which the gateway tries them', async () => {
    renderWithApi(tab(), { getEntityNetworks: async () => networks() });

    const table = await screen.findByRole('grid', { name: 'Routes' });
    const [, ...rows] = within(table).getAllByRole('row');
    expect(rows.map(row => row.textContent)).toEqual([
      expect.stringMatching(/^1shop\.example\.comexactly \/healthzGETany/),
      expect.stringMatching(
        /^2.*starts with \/checkoutanyx-preview is yesx-team matches pay\.\*shop-checkout:8080 weight 90 \(90%\)shop-checkout-next:8080 weight 10 \(10%\)$/,
      ),
      expect.stringMatching(/^3.*every pathanyanyshop:8080$/),
    ]);
  });

  it('copies a hostname', async () => {
    const user = userEvent.setup();
    const copied: (string | undefined)[] = [];
    // What jsdom lacks of a browser's clipboard.
    document.execCommand = () => {
      copied.push(document.getSelection()?.toString());
      return true;
    };
    renderWithApi(tab(), { getEntityNetworks: async () => networks() });

    await user.click(
      await screen.findByRole('button', {
        name: 'Copy https://shop.example.com/',
      }),
    );
    expect(
      await screen.findByRole('button', {
        name: 'Copied https://shop.example.com/',
      }),
    ).toBeInTheDocument();
    expect(copied).toEqual(['https://shop.example.com/']);
  });

  it('opens the YAML of an object', async () => {
    const user = userEvent.setup();
    renderWithApi(tab(), { getEntityNetworks: async () => networks() });

    await user.click(
      await screen.findByRole('button', {
        name: 'YAML of Certificate istio-system/shop-shop',
      }),
    );
    const dialog = await screen.findByRole('dialog', {
      name: 'Certificate istio-system/shop-shop',
    });
    await waitFor(() =>
      expect(dialog).toHaveTextContent('apiVersion: cert-manager.io/v1'),
    );
  });

  it('says what a network waits for', async () => {
    renderWithApi(tab(), {
      getEntityNetworks: async () => networks({ items: [startingView()] }),
    });

    const section = await screen.findByRole('region', { name: 'shop' });
    expect(within(section).getByText('In progress')).toBeInTheDocument();
    expect(within(section).getByText('Being issued')).toBeInTheDocument();
    expect(
      within(section).getAllByText(/issuer app-network-ca has not answered/),
    ).toHaveLength(2);
  });

  it('says why a network is not ready, what failed, and that its certificate runs out', async () => {
    renderWithApi(tab(), {
      getEntityNetworks: async () => networks({ items: [degradedView()] }),
    });

    const section = await screen.findByRole('region', { name: 'shop' });
    expect(within(section).getByText('Not ready')).toBeInTheDocument();
    expect(within(section).getByRole('alert')).toHaveTextContent(
      /NameTaken.*was not made by App Network/,
    );
    expect(within(section).getByText('Expires within a week')).toBeVisible();
    const objects = within(section).getByRole('grid', { name: 'Objects' });
    expect(
      within(objects).getByRole('row', { name: 'VirtualService shop/shop' }),
    ).toHaveTextContent('FailedIt was not made by App Network.');
  });

  it('says with whom a hostname is shared, and whose Gateway and certificate serve it', async () => {
    renderWithApi(tab(), {
      getEntityNetworks: async () => networks({ items: [sharingView()] }),
    });

    const section = await screen.findByRole('region', { name: 'shop' });
    expect(section).toHaveTextContent(
      'Shared with AppNetworks admin and storefront, each at its own paths. storefront holds it: the Gateway and the certificate are those of storefront.',
    );
    expect(section).toHaveTextContent(
      'shop.example.com has the certificate of AppNetwork storefront.',
    );
    expect(section).toHaveTextContent(
      'The Gateway, VirtualService and Certificate of shop.example.com are AppNetwork storefront’s.',
    );
    expect(section).toHaveTextContent('the most specific one answers');
  });

  it('says that it holds a shared hostname itself', async () => {
    renderWithApi(tab(), {
      getEntityNetworks: async () => networks({ items: [sharingView('shop')] }),
    });

    const section = await screen.findByRole('region', { name: 'shop' });
    expect(section).toHaveTextContent(
      'This one holds it: its Gateway and certificate serve all of them.',
    );
    expect(section).not.toHaveTextContent('has the certificate of');
  });

  it('links to no hostname that it asks for and is not served at', async () => {
    const view = degradedView();
    view.appNetwork.status!.hostnames = ['*.example.com'];
    view.appNetwork.status!.urls = [];
    renderWithApi(tab(), {
      getEntityNetworks: async () =>
        networks({ items: [{ ...view, routes: [] }] }),
    });

    const section = await screen.findByRole('region', { name: 'shop' });
    expect(within(section).getAllByText('Not served')).toHaveLength(2);
    expect(within(section).getByText('*.example.com')).toBeInTheDocument();
    expect(within(section).queryByRole('link')).toBeNull();
    expect(section).toHaveTextContent('None: it is served at no hostname');
  });

  it('shows the clusters that answer, and names the one that does not', async () => {
    renderWithApi(tab(), {
      getEntityNetworks: async () =>
        networks({
          errors: [{ cluster: 'edge', message: unreachableCluster().message }],
          clusters: [readyCluster(), unreachableCluster()],
        }),
    });

    expect(
      await screen.findByText(
        'Cluster Edge cannot be asked; the others are shown',
      ),
    ).toBeInTheDocument();
    expect(
      screen.getByText(/does not answer: connect ECONNREFUSED/),
    ).toBeVisible();
    expect(screen.getByRole('region', { name: 'shop' })).toBeInTheDocument();
  });

  it('shows each cluster of an application in a section of its own', async () => {
    renderWithApi(tab(), {
      getEntityNetworks: async () =>
        networks({
          items: [readyView(), readyView('production')],
          clusters: [readyCluster(), readyCluster('production', 'Production')],
        }),
    });

    expect(
      await screen.findByText('Cluster Production · Namespace shop'),
    ).toBeInTheDocument();
    expect(screen.getAllByRole('region', { name: 'shop' })).toHaveLength(2);
  });

  describe('without an AppNetwork', () => {
    it('says by which label it was looked for, and gives a filled-in example', async () => {
      renderWithApi(
        tab(
          component('cart', {
            [KUBERNETES_ID]: 'cart-service',
            'backstage.io/kubernetes-namespace': 'shopping',
          }),
        ),
        { getEntityNetworks: async () => networks({ items: [] }) },
      );

      expect(
        await screen.findByText('backstage.io/kubernetes-id: cart-service'),
      ).toBeInTheDocument();
      const example = screen.getByRole('region', {
        name: 'Example of an AppNetwork',
      });
      await waitFor(() =>
        expect(example).toHaveTextContent('kind: AppNetwork'),
      );
      expect(example).toHaveTextContent('namespace: shopping');
      expect(example).toHaveTextContent(
        'backstage.io/kubernetes-id: cart-service',
      );
      expect(screen.queryByText(/another name on Kubernetes/)).toBeNull();
      expect(
        screen.getByRole('link', { name: 'Choose a template' }),
      ).toHaveAttribute('href', '/create');
    });

    it('explains the annotation to an entity that has none', async () => {
      renderWithApi(tab(component('cart', {})), {
        getEntityNetworks: async () => networks({ items: [] }),
      });

      expect(
        await screen.findByText('Does it have another name on Kubernetes?'),
      ).toBeInTheDocument();
      const example = screen.getByRole('region', {
        name: 'Example of an annotation',
      });
      await waitFor(() =>
        expect(example).toHaveTextContent('backstage.io/kubernetes-id: cart'),
      );
    });
  });

  describe('when the backend fails', () => {
    it('says that it cannot be reached, and shows the networks once it can', async () => {
      let isUp = false;
      renderWithApi(tab(), {
        getEntityNetworks: async () => {
          if (!isUp) {
            throw new TypeError('Failed to fetch');
          }
          return networks();
        },
      });

      expect(await screen.findByRole('alert')).toHaveTextContent(
        'The portal’s backend cannot be reached',
      );
      isUp = true;
      await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
      expect(
        await screen.findByRole('region', { name: 'shop' }),
      ).toBeInTheDocument();
    });

    it('names the permission that is missing, and does not ask again', async () => {
      const error = await refusal(403, 'NotAllowedError', 'app-network.read');
      const getEntityNetworks = jest.fn(async () => {
        throw error;
      });
      renderWithApi(tab(), { getEntityNetworks });

      expect(await screen.findByRole('alert')).toHaveTextContent(
        /You are not allowed to do this.*app-network\.read/,
      );
      await new Promise(resolve => setTimeout(resolve, 100));
      expect(getEntityNetworks).toHaveBeenCalledTimes(1);
    });

    it('keeps what it has, and says that it may be out of date', async () => {
      let isUp = true;
      const { signals } = renderWithApi(tab(), {
        getEntityNetworks: async () => {
          if (!isUp) {
            throw new TypeError('Failed to fetch');
          }
          return networks();
        },
      });
      await screen.findByRole('region', { name: 'shop' });

      isUp = false;
      signals.publish(signalOf('shop'));

      expect(
        await screen.findByText(/what is shown may be out of date/),
      ).toBeInTheDocument();
      expect(screen.getByRole('region', { name: 'shop' })).toBeInTheDocument();
    });
  });

  describe('live', () => {
    it('refreshes when the backend signals a change, once for many signals', async () => {
      let current = networks({ items: [startingView()] });
      const getEntityNetworks = jest.fn(async () => current);
      const { signals } = renderWithApi(tab(), { getEntityNetworks });
      await screen.findByText('In progress');

      current = networks();
      for (let i = 0; i < 20; i++) {
        signals.publish(signalOf('shop'));
      }

      await waitFor(() =>
        expect(screen.queryByText('In progress')).not.toBeInTheDocument(),
      );
      expect(getEntityNetworks).toHaveBeenCalledTimes(2);
    });
  });

  describe('without signals', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    it('asks every 5 seconds until the network is ready, then every 30', async () => {
      let current = networks({ items: [startingView()] });
      const getEntityNetworks = jest.fn(async () => current);
      renderWithApi(tab(), { getEntityNetworks });
      await screen.findByText('In progress');
      const pass = (ms: number) => act(() => jest.advanceTimersByTimeAsync(ms));
      expect(getEntityNetworks).toHaveBeenCalledTimes(1);

      await pass(5_000);
      expect(getEntityNetworks).toHaveBeenCalledTimes(2);

      current = networks();
      await pass(5_000);
      expect(getEntityNetworks).toHaveBeenCalledTimes(3);

      await pass(25_000);
      expect(getEntityNetworks).toHaveBeenCalledTimes(3);
      await pass(5_000);
      expect(getEntityNetworks).toHaveBeenCalledTimes(4);
    });
  });

  describe('deletion', () => {
    it('says what goes, asks the backend, shows progress, and tells when it is gone', async () => {
      const user = userEvent.setup();
      let current = networks();
      const deleteAppNetwork = jest.fn(async () => {
        current = networks({ items: [deletingView()] });
      });
      const { signals } = renderWithApi(tab(), {
        getEntityNetworks: async () => current,
        deleteAppNetwork,
      });

      await user.click(
        await screen.findByRole('button', { name: 'Delete shop on Local' }),
      );
      const dialog = await screen.findByRole('dialog', {
        name: 'Delete shop on Local?',
      });
      expect(dialog).toHaveTextContent('shop.example.com');
      expect(
        within(dialog)
          .getAllByRole('listitem')
          .map(item => item.textContent),
      ).toContain('Secret istio-system/shop-shop-tls');
      expect(deleteAppNetwork).not.toHaveBeenCalled();

      await user.click(within(dialog).getByRole('button', { name: 'Delete' }));
      expect(deleteAppNetwork).toHaveBeenCalledWith({
        cluster: 'local',
        namespace: 'shop',
        name: 'shop',
      });
      expect((await screen.findAllByText('Deleting')).length).toBeGreaterThan(
        0,
      );
      expect(
        screen.queryByRole('button', { name: /^Delete/ }),
      ).not.toBeInTheDocument();

      current = networks({ items: [] });
      signals.publish(signalOf('shop'));
      expect(
        await screen.findByText(/shop on Local is deleted/),
      ).toBeInTheDocument();
    });

    it('says who is served at a shared hostname as before', async () => {
      renderWithApi(tab(), {
        getEntityNetworks: async () => networks({ items: [sharingView()] }),
      });

      await userEvent.click(
        await screen.findByRole('button', { name: 'Delete shop on Local' }),
      );
      expect(await screen.findByRole('dialog')).toHaveTextContent(
        'www.shop.example.com will no longer answer. shop.example.com will no longer answer at the paths of this AppNetwork; AppNetworks admin and storefront will be served there as before.',
      );
    });

    it('is not offered to those who may not', async () => {
      renderWithApi(
        tab(),
        { getEntityNetworks: async () => networks() },
        { mayDelete: false },
      );

      await screen.findByRole('region', { name: 'shop' });
      expect(
        screen.queryByRole('button', { name: /^Delete/ }),
      ).not.toBeInTheDocument();
    });

    it('keeps the dialog with the reason when the backend refuses', async () => {
      const user = userEvent.setup();
      const error = await refusal(
        409,
        'ConflictError',
        'appnetworks "shop" is being restored',
      );
      renderWithApi(tab(), {
        getEntityNetworks: async () => networks(),
        deleteAppNetwork: async () => {
          throw error;
        },
      });

      await user.click(
        await screen.findByRole('button', { name: 'Delete shop on Local' }),
      );
      const dialog = await screen.findByRole('dialog');
      await user.click(within(dialog).getByRole('button', { name: 'Delete' }));

      expect(await within(dialog).findByRole('alert')).toHaveTextContent(
        'appnetworks "shop" is being restored',
      );
    });
  });
});

function signalOf(name: string) {
  return { cluster: 'local', kind: 'AppNetwork', namespace: 'shop', name };
}
