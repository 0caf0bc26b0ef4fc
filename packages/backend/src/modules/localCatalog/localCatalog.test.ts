import { writeFile } from 'node:fs/promises';
import {
  createMockDirectory,
  mockServices,
} from '@backstage/backend-test-utils';
import type { EntityProviderMutation } from '@backstage/plugin-catalog-node';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import { catalogDirectory } from './directory';
import { createLocalCatalogProvider } from './provider';
import { createRegisterAction } from './registerAction';

const workspace = createMockDirectory();
const state = createMockDirectory();
const ended = new AbortController();
afterAll(() => ended.abort());

const register = async (content: string, isDryRun = false) => {
  workspace.setContent({ 'catalog-info.yaml': content });
  const ctx = createMockActionContext({
    input: {},
    workspacePath: workspace.path,
  });
  await createRegisterAction(state.path).handler({
    ...ctx,
    isDryRun,
  } as never);
  return (ctx.output as jest.Mock).mock.calls;
};

const component = (name: string) =>
  `apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: ${name} }\nspec: {}\n`;

it('feeds what the action registers to the catalog, and again after a restart', async () => {
  state.clear();
  const logger = mockServices.logger.mock();
  const seen: string[][] = [];
  const feed = async () => {
    let noticed = () => {};
    const next = () => new Promise<void>(resolve => (noticed = resolve));
    const first = next();
    await createLocalCatalogProvider({
      directory: state.path,
      logger,
      signal: ended.signal,
    }).connect({
      refresh: async () => {},
      applyMutation: async (mutation: EntityProviderMutation) => {
        const entities = mutation.type === 'full' ? mutation.entities : [];
        seen.push(entities.map(({ entity }) => entity.metadata.name));
        noticed();
      },
    });
    await first;
    return next;
  };

  const next = await feed();
  expect(seen).toEqual([[]]);

  const change = next();
  expect(await register(component('shop'))).toEqual([
    ['entityRef', 'component:default/shop'],
  ]);
  await change;
  expect(seen.at(-1)).toEqual(['shop']);

  const broken = next();
  await writeFile(state.resolve('broken.yaml'), 'kind: [');
  await broken;
  expect(seen.at(-1)).toEqual(['shop']);
  expect(logger.warn).toHaveBeenCalledWith(
    expect.stringContaining(state.resolve('broken.yaml')),
  );

  await feed();
  expect(seen.at(-1)).toEqual(['shop']);
});

it.each([
  ['kind: [', /^catalog-info.yaml, line 1, column \d+: /],
  ['kind: Component\n', /^catalog-info.yaml is no entity of the catalog/],
  [component('a/../../b'), /no entity of the catalog.*"metadata.name"/s],
  [
    component('b, namespace: a/../../b'),
    /no entity of the catalog.*"metadata.namespace"/s,
  ],
])('refuses %j and writes nothing', async (content, message) => {
  state.clear();
  await expect(register(content)).rejects.toThrow(message);
  expect(state.content()).toEqual({});
});

it('writes nothing in a dry run', async () => {
  state.clear();
  await register(component('shop'), true);
  expect(state.content()).toEqual({});
});

it('keeps the entities where the configuration says, or in the state directory', () => {
  const config = (data: object) =>
    mockServices.rootConfig({ data: data as never });
  expect(
    catalogDirectory(config({ exampleCatalog: { directory: '/data' } })),
  ).toBe('/data');
  const before = process.env.XDG_STATE_HOME;
  process.env.XDG_STATE_HOME = '/state';
  try {
    expect(catalogDirectory(config({}))).toBe('/state/app-network/catalog');
  } finally {
    process.env.XDG_STATE_HOME = before;
  }
});
