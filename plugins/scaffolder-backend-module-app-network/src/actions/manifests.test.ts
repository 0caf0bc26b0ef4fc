import { createMockDirectory } from '@backstage/backend-test-utils';
import { readManifests } from './manifests';

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
