import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { render } from '../application/render/render';
import {
  readRenderCase,
  renderCaseNames,
} from '../application/testing/renderCases';
import { importNetworks } from './import';

/** What is made of the kinds that are imported. */
const KINDS = ['Gateway', 'VirtualService', 'DestinationRule'];

const ofKinds = (objects: KubernetesObject[]) =>
  objects
    .filter(({ kind }) => KINDS.includes(kind))
    .map(object => JSON.stringify(object));

/** What the objects don't say: that the pods of another Service are another AppNetwork's matter, and what others serve. */
const UNSAID: Record<string, unknown[]> = {
  'backend-of-other-pods': ['cart'],
  'wildcard-above-hostnames-of-others': [{ status: 421 }],
};

/** Cases that have something to import, each rendered as asked. */
const cases = renderCaseNames()
  .map(name => ({ name, ...readRenderCase(name) }))
  .map(given => ({
    ...given,
    rendered: render(given.appNetwork, given.facts, given.input),
  }))
  .filter(
    ({ appNetwork, rendered: { objects, problems, sharedHostnames } }) =>
      problems.length === 0 &&
      // Calls to outside hosts and tokens are not imported.
      !appNetwork.spec?.egress?.length &&
      !appNetwork.spec?.rules?.some(rule => rule.authentication) &&
      objects.some(({ kind }) => kind === 'VirtualService') &&
      // What several AppNetworks serve together is one to whoever reads the routes.
      !sharedHostnames?.length,
  );

describe('importNetworks', () => {
  it.each(cases)(
    'makes an AppNetwork that becomes the same again: $name',
    ({ name, facts, input, rendered }) => {
      const { appNetworks, notKept } = importNetworks(
        [...rendered.objects, ...input.services],
        facts,
      );
      expect(notKept.map(({ value }) => value)).toEqual(UNSAID[name] ?? []);
      expect(appNetworks).toHaveLength(1);
      const again = render(appNetworks[0] as AppNetwork, facts, input);
      expect(ofKinds(again.objects)).toEqual(ofKinds(rendered.objects));
    },
  );

  it('has cases enough', () => {
    expect(cases.length).toBeGreaterThan(20);
  });
});
