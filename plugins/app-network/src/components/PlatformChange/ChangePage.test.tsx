import { EditorView } from '@codemirror/view';
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  clusterWithoutPlatform,
  readyCluster,
} from '../../../dev/fixtures/clusters';
import { refusal } from '../../../dev/fixtures/FixtureAppNetworkApi';
import { changePlan, planWithProblems } from '../../../dev/fixtures/plans';
import { renderWithApi } from '../../../dev/testing/renderWithApi';
import type { AppNetworkApi } from '../../api/AppNetworkApi';
import { PlatformPage } from '../PlatformPage/PlatformPage';

/** Opens the page of a cluster, as its address does. */
function open(
  api: Partial<AppNetworkApi>,
  options: { cluster?: string; mayChange?: boolean } = {},
) {
  const { cluster = 'local', mayChange } = options;
  return renderWithApi(
    <PlatformPage />,
    {
      getClusters: async () => [readyCluster(), clusterWithoutPlatform()],
      ...api,
    },
    { mayChange, path: `/${cluster}/change` },
  );
}

async function editor(): Promise<EditorView> {
  const content = await screen.findByRole('textbox', { name: 'Specification' });
  const view = EditorView.findFromDOM(content);
  if (!view) {
    throw new Error('There is no editor');
  }
  return view;
}

async function write(text: string) {
  const view = await editor();
  act(() =>
    view.dispatch({
      changes: { from: 0, to: view.state.doc.length, insert: text },
    }),
  );
}

const press = async (name: string) =>
  userEvent.click(await screen.findByRole('button', { name }));

describe('ChangePage', () => {
  it('plans what the text says, shows it object by object, and applies just that', async () => {
    const planPlatform = jest.fn(async () => changePlan());
    const applyPlatform = jest.fn(async () => readyCluster().platform!);
    open({ planPlatform, applyPlatform });

    expect((await editor()).state.doc.toString()).toContain(
      'profile: development',
    );
    await write('profile: production\n');
    await press('Plan');

    expect(
      await screen.findByText(
        '4 objects: 1 created, 2 changed, and 1 deleted.',
      ),
    ).toBeInTheDocument();
    expect(planPlatform).toHaveBeenCalledWith('local', {
      spec: { profile: 'production' },
    });
    const releases = screen.getByRole('grid', { name: 'Releases' });
    expect(
      within(releases).getByRole('row', { name: /cert-manager/ }),
    ).toHaveTextContent(/in tlsUsed as it is1\.19\.0Deployment tls/);
    expect(
      within(releases).getByRole('row', { name: /istio-ingressgateway/ }),
    ).toHaveTextContent('Upgraded1.31.0 → 1.31.4');
    const diff = await screen.findByRole('region', {
      name: 'Changes of Deployment istio-system/istio-ingressgateway',
    });
    expect(diff).toHaveTextContent(/replicas: 1.*replicas: 3/);

    await press('Apply this plan');
    expect(await screen.findByText('The plan is applied')).toBeInTheDocument();
    expect(applyPlatform).toHaveBeenCalledWith('local', {
      spec: { profile: 'production' },
      planId: changePlan().id,
    });
    expect(screen.getByRole('grid', { name: 'Components' })).toBeVisible();
  });

  it('shows a created object as a whole when it is opened', async () => {
    open({ planPlatform: async () => changePlan() });
    await press('Plan');
    await press(
      'PodDisruptionBudget istio-system/istio-ingressgateway of istio-ingressgateway',
    );
    expect(
      await screen.findByRole('region', {
        name: 'YAML of PodDisruptionBudget istio-system/istio-ingressgateway',
      }),
    ).toBeInTheDocument();
  });

  it('shows problems before everything else, and lets the rest be applied', async () => {
    open({ planPlatform: async () => planWithProblems() });
    await press('Plan');
    const problem = await screen.findByRole('alert');
    expect(problem).toHaveTextContent(/Helm release cert-manager.*not found/);
    expect(screen.getByText(/argocd-controller applies it/)).toBeVisible();
    expect(
      screen.getByRole('button', { name: 'Apply this plan' }),
    ).toBeEnabled();
  });

  it('has nothing to apply where nothing would change', async () => {
    open({
      planPlatform: async () => ({
        ...changePlan(),
        objects: [],
        releases: [],
      }),
    });
    await press('Plan');
    expect(await screen.findByText('Nothing would change.')).toBeVisible();
    expect(
      screen.getByRole('button', { name: 'Apply this plan' }),
    ).toBeDisabled();
  });

  it('shows what the API server refuses at the line of the field', async () => {
    const error = await refusal(400, 'InputError', 'default is invalid', {
      fields: [
        { field: 'spec.environmentName', message: 'Invalid value: "A B"' },
      ],
    });
    open({
      planPlatform: async () => {
        throw error;
      },
    });
    await write('profile: production\nenvironmentName: A B\n');
    await press('Plan');
    const problems = await screen.findByRole('alert', {
      name: 'What is wrong',
    });
    expect(problems).toHaveTextContent(
      'Line 2: spec.environmentName: Invalid value: "A B"',
    );
    await waitFor(() =>
      expect(document.querySelector('.cm-lintRange-error')).toHaveTextContent(
        'environmentName',
      ),
    );

    await write('profile: production\n');
    await waitFor(() =>
      expect(
        screen.queryByRole('alert', { name: 'What is wrong' }),
      ).not.toBeInTheDocument(),
    );
  });

  it('asks nobody about text that is no YAML', async () => {
    const planPlatform = jest.fn();
    open({ planPlatform });
    await write('profile: [production\n');
    await press('Plan');
    expect(
      await screen.findByRole('alert', { name: 'What is wrong' }),
    ).toHaveTextContent(/Line \d/);
    expect(planPlatform).not.toHaveBeenCalled();
  });

  it('drops a plan when the text is changed after it', async () => {
    open({ planPlatform: async () => changePlan() });
    await press('Plan');
    await screen.findByRole('button', { name: 'Apply this plan' });
    await write('profile: managed\n');
    await waitFor(() =>
      expect(
        screen.queryByRole('button', { name: 'Apply this plan' }),
      ).not.toBeInTheDocument(),
    );
  });

  it('says that a plan is out of date and what is different, and plans again', async () => {
    const stale = await refusal(
      409,
      'ConflictError',
      'The plan is no longer what it was: Deployment a/b changed since. Nothing was written; plan again.',
    );
    const planPlatform = jest.fn(async () => changePlan());
    open({
      planPlatform,
      applyPlatform: async () => {
        throw stale;
      },
    });
    await press('Plan');
    await press('Apply this plan');
    expect(
      await screen.findByText('The plan is out of date'),
    ).toBeInTheDocument();
    expect(screen.getByText(/Deployment a\/b changed since/)).toBeVisible();
    expect(
      screen.getByRole('button', { name: 'Apply this plan' }),
    ).toBeDisabled();

    await press('Plan again');
    await waitFor(() =>
      expect(
        screen.getByRole('button', { name: 'Apply this plan' }),
      ).toBeEnabled(),
    );
    expect(planPlatform).toHaveBeenCalledTimes(2);
  });

  it('starts a new platform from a profile', async () => {
    const user = userEvent.setup();
    const planPlatform = jest.fn(async () => ({
      ...changePlan(),
      action: 'Install' as const,
    }));
    open({ planPlatform }, { cluster: 'sandbox' });
    expect(
      await screen.findByRole('heading', { name: 'Install on Sandbox' }),
    ).toBeInTheDocument();
    await user.click(
      await screen.findByRole('button', { name: /Start from a profile/ }),
    );
    await user.click(await screen.findByRole('option', { name: /Production/ }));
    await waitFor(async () =>
      expect((await editor()).state.doc.toString()).toContain(
        'profile: production',
      ),
    );
    await press('Plan');
    await waitFor(() =>
      expect(planPlatform).toHaveBeenCalledWith('sandbox', {
        spec: expect.objectContaining({ profile: 'production' }),
      }),
    );
  });

  it('names the permission to those who may not change it', async () => {
    open({}, { mayChange: false });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'app-network.platform',
    );
  });

  it('says that there is no such cluster', async () => {
    open({}, { cluster: 'none' });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'There is no cluster none',
    );
  });
});
