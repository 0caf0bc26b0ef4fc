import {
  createExtensionTester,
  renderTestApp,
} from '@backstage/frontend-test-utils';
import { EntityContentBlueprint } from '@backstage/plugin-catalog-react/alpha';
import { screen } from '@testing-library/react';
import { component } from '../dev/fixtures/entities';
import { readyCluster } from '../dev/fixtures/clusters';
import { appNetworkApiRef } from './api/AppNetworkApi';
import plugin from './index';

describe('the plugin', () => {
  it('has a page with a place in the navigation', async () => {
    renderTestApp({
      features: [plugin],
      initialRouteEntries: ['/app-network'],
      apis: [[appNetworkApiRef, { getClusters: async () => [readyCluster()] }]],
    });

    expect(
      await screen.findByRole('heading', {
        name: 'Network platform',
        level: 2,
      }),
    ).toBeInTheDocument();
    expect(
      await screen.findByRole('region', { name: 'Local' }),
    ).toBeInTheDocument();
  });

  it('has a tab for components', () => {
    const tab = createExtensionTester(
      plugin.getExtension('entity-content:app-network/network'),
    );
    const { filterFunction, title } = EntityContentBlueprint.dataRefs;

    expect(tab.get(title)).toBe('Network');
    const isShown = tab.get(filterFunction)!;
    expect(isShown(component('shop', {}))).toBe(true);
    expect(isShown({ ...component('shop', {}), kind: 'Group' })).toBe(false);
  });

  it('has a field for templates', () => {
    expect(
      plugin.getExtension('scaffolder-form-field:app-network/cluster-picker'),
    ).toBeDefined();
  });
});
