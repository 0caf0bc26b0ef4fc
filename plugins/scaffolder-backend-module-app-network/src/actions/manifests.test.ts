import { createMockDirectory } from '@backstage/backend-test-utils';
import { parseManifests, readManifests } from './manifests';

describe('parseManifests', () => {
  it('reads every document and skips empty ones', () => {
    const { manifests, problems } = parseManifests(
      [
        '# only a comment',
        '---',
        'apiVersion: v1',
        'kind: Namespace',
        'metadata: { name: shop }',
        '---',
        '---',
        'apiVersion: v1',
        'kind: ServiceAccount',
        'metadata: { name: shop }',
      ].join('\n'),
      'all.yaml',
    );
    expect(problems).toEqual([]);
    expect(manifests.map(({ kind }) => kind)).toEqual([
      'Namespace',
      'ServiceAccount',
    ]);
  });

  it.each([
    [
      'broken YAML',
      'apiVersion: v1\nkind: Service\nmetadata:\n  name: shop\n   namespace: shop\n',
      /^k8s\/a.yaml, line [45], column \d+: /,
    ],
    [
      'an unclosed quote in the second document',
      'apiVersion: v1\nkind: Service\nmetadata: { name: a }\n---\nkind: "Service\n',
      /^k8s\/a.yaml, line [56], column \d+: Missing closing "quote/,
    ],
    [
      'a list',
      '\n- a\n- b\n',
      /^k8s\/a.yaml, line 2, column 1: found a list, expected a Kubernetes object$/,
    ],
    [
      'no kind',
      'apiVersion: v1\nmetadata: { name: a }\n',
      /^k8s\/a.yaml, line 1, column 1: kind is missing$/,
    ],
    [
      'no name',
      'apiVersion: v1\nkind: Service\nmetadata: { namespace: a }\n',
      /^k8s\/a.yaml, line 1, column 1: metadata.name of the Service is missing$/,
    ],
  ])('names the file and the line of %s', (_, text, message) => {
    expect(parseManifests(text, 'k8s/a.yaml').problems[0]).toMatch(message);
  });
});

describe('readManifests', () => {
  const workspace = createMockDirectory();
  const service = (name: string) =>
    `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\n`;

  it('reads .yaml and .yml of the folder and the folders in it, by name', async () => {
    workspace.setContent({
      k8s: {
        'b.yml': service('b'),
        'a.yaml': service('a'),
        'README.md': 'kind: [',
        more: { 'c.yaml': service('c') },
      },
      'catalog-info.yaml': service('not-in-the-folder'),
    });
    const manifests = await readManifests(
      workspace.resolve('k8s'),
      workspace.path,
    );
    expect(manifests.map(({ metadata }) => metadata.name)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('names all broken files at once', async () => {
    workspace.setContent({
      k8s: { 'a.yaml': 'kind: [', 'b.yaml': 'no: manifest' },
    });
    await expect(
      readManifests(workspace.resolve('k8s'), workspace.path),
    ).rejects.toThrow(/k8s\/a.yaml, line 1[^]*k8s\/b.yaml, line 1/);
  });

  it('says that a folder is empty or missing', async () => {
    workspace.setContent({ k8s: {} });
    await expect(
      readManifests(workspace.resolve('k8s'), workspace.path),
    ).rejects.toThrow('Folder k8s has no manifests');
    await expect(
      readManifests(workspace.resolve('other'), workspace.path),
    ).rejects.toThrow('Folder other of the workspace cannot be read');
  });
});
