import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  clusterWithoutPlatform,
  readyCluster,
} from '../../../dev/fixtures/clusters';
import { removalPlan } from '../../../dev/fixtures/plans';
import { renderWithApi } from '../../../dev/testing/renderWithApi';
import type { AppNetworkApi } from '../../api/AppNetworkApi';
import { PlatformPage } from '../PlatformPage/PlatformPage';

function open(
  api: Partial<AppNetworkApi>,
  options: { cluster?: string; mayChange?: boolean } = {},
) {
  const { cluster = 'local', mayChange } = options;
  return renderWithApi(
    <PlatformPage />,
    {
      getClusters: async () => [readyCluster(), clusterWithoutPlatform()],
      planPlatform: async (_, { remove }) =>
        removalPlan(remove?.customResourceDefinitions === 'Delete'),
      ...api,
    },
    { mayChange, path: `/${cluster}/remove` },
  );
}

const press = async (name: string) =>
  userEvent.click(await screen.findByRole('button', { name }));

describe('RemovePage', () => {
  it('shows what goes and what is kept, asks once more, and removes just that', async () => {
    const removePlatform = jest.fn(async () => {});
    open({ removePlatform });
    expect(
      await screen.findByText('2 objects: 2 deleted.'),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('list', { name: 'Objects that are kept' }),
    ).toHaveTextContent('gateways.networking.istio.io');

    await press('Remove platform');
    const dialog = await screen.findByRole('dialog', {
      name: 'Remove the platform of Local?',
    });
    expect(dialog).toHaveTextContent(
      /Kinds \(CustomResourceDefinitions\) that are kept, .*: 1\./,
    );
    expect(removePlatform).not.toHaveBeenCalled();
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Remove' }),
    );
    expect(
      await screen.findByText('The platform is being removed'),
    ).toBeInTheDocument();
    expect(removePlatform).toHaveBeenCalledWith('local', {
      planId: 'without-kinds',
      customResourceDefinitions: 'Keep',
    });
  });

  it('plans again when the kinds shall go too, and says what goes with them', async () => {
    const removePlatform = jest.fn(async () => {});
    open({ removePlatform });
    await userEvent.click(
      await screen.findByRole('checkbox', { name: /Also delete the kinds/ }),
    );
    expect(
      await screen.findByText('3 objects: 3 deleted.'),
    ).toBeInTheDocument();
    await press('Remove platform');
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent(/every Gateway, VirtualService/);
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Remove' }),
    );
    await waitFor(() =>
      expect(removePlatform).toHaveBeenCalledWith('local', {
        planId: 'with-kinds',
        customResourceDefinitions: 'Delete',
      }),
    );
  });

  it('has nothing to remove where nothing is', async () => {
    open({}, { cluster: 'sandbox' });
    expect(
      await screen.findByText('There is nothing to remove'),
    ).toBeInTheDocument();
  });

  it('names the permission to those who may not', async () => {
    open({}, { mayChange: false });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'app-network.platform',
    );
  });
});
