import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

/** Where the portal keeps entities that templates create, and looks for new ones. */
const DIRECTORY = path.join(
  process.env.XDG_STATE_HOME || path.join(homedir(), '.local/state'),
  'app-network/catalog',
);

/**
 * Registers a component whose AppNetworks have the label `backstage.io/kubernetes-id: <name>`.
 *
 * @returns how to take it away
 */
export async function registerComponent(
  name: string,
): Promise<() => Promise<void>> {
  await mkdir(DIRECTORY, { recursive: true });
  const file = path.join(DIRECTORY, `component.default.${name}.yaml`);
  await writeFile(
    file,
    JSON.stringify({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: {
        name,
        annotations: { 'backstage.io/kubernetes-id': name },
      },
      spec: { type: 'service', lifecycle: 'experimental', owner: 'guests' },
    }),
  );
  return () => rm(file);
}
