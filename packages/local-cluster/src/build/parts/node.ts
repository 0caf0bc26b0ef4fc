import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { copyTree } from '../copyTree.ts';
import { moduleDirectory } from '../go.ts';
import type { Part } from '../part.ts';
import { CALICO, type Versions } from '../versions.ts';
import { goPart } from './goPart.ts';

/** containerd, its shim for runc, and ctr. */
export function containerd({ containerd: version }: Versions): Part {
  return goPart({
    name: 'containerd',
    title: `containerd ${version.replace(/^v/, '')}`,
    estimatedSeconds: 60,
    go: {
      module: 'containerd',
      packages: 'tool',
      variables: {
        'github.com/containerd/containerd/v2/version.Version': version,
      },
    },
  });
}

/**
 * Felix and the CNI plugin; with them the CustomResourceDefinitions (`crds/`) and a directory of CNI plugins (`cni/`):
 * the system's and this one.
 */
export function calico(): Part {
  return goPart({
    name: 'calico',
    title: `Calico ${CALICO.replace(/^v/, '')}`,
    estimatedSeconds: 120,
    go: {
      module: 'calico',
      packages: '.',
      variables: { 'main.version': CALICO },
    },
    inputs: async ({ system }) => [system?.cniPlugins ?? ''],
    async complete(directory, { run, system }) {
      const source = await moduleDirectory(
        'calico',
        'github.com/projectcalico/calico',
        run,
      );
      await copyTree(
        join(source, 'libcalico-go', 'config', 'crd'),
        join(directory, 'crds'),
      );

      const plugins = join(directory, 'cni');
      await mkdir(plugins);
      await symlink('../calico', join(plugins, 'calico'));
      const ofSystem = system?.cniPlugins;
      for (const name of ofSystem ? await readdir(ofSystem) : []) {
        if (!name.startsWith('calico')) {
          await symlink(join(ofSystem ?? '', name), join(plugins, name));
        }
      }
    },
  });
}
