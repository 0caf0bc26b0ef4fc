import type { Built } from '../build/types.ts';
import type { ClusterNetwork } from './network.ts';
import type { ClusterPaths } from './paths.ts';
import type { Ports } from './ports.ts';

/** Everything that the processes' arguments and files are made of. */
export interface Layout {
  name: string;
  paths: ClusterPaths;
  built: Built;
  ports: Ports;
  /** Set where the cluster has namespaces of its own. */
  network?: ClusterNetwork;
  /** Whether pods run here. */
  node?: NodeBuild;
}

/** The part of a build that a node needs. */
export type NodeBuild = Extract<Built['node'], { possible: true }>;
