import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UserError } from './errors.ts';

/** The cluster that is meant when none is named. */
export const DEFAULT_NAME = 'app-network';

/** Where everything of one cluster is. All paths are absolute. */
export interface ClusterPaths {
  /** The cluster's name on the machine: that in the state directory of another user, or another XDG_STATE_HOME, is another cluster. */
  id: string;
  directory: string;
  /** `ClusterRecord`, what `up` decided. */
  record: string;
  /** What the supervisor wrote about itself when it started: `{pid, startTime}`. */
  supervisor: string;
  /** What the supervisor says of its processes. */
  processes: string;
  /** What the supervisor was told. */
  supervisorConfig: string;
  kubeconfig: string;
  networkPlatform: string;
  certificates: string;
  configuration: string;
  logs: string;
  auditLog: string;
}

/** The folder of all clusters: `$XDG_STATE_HOME/app-network/clusters`, by default below `~/.local/state`. */
export function clustersDirectory(
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const state =
    environment.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  return join(state, 'app-network', 'clusters');
}

/** Where the parts of the named cluster are. Throws a `UserError` when the name can't be one. */
export function clusterPaths(
  name: string,
  environment: NodeJS.ProcessEnv = process.env,
): ClusterPaths {
  if (!/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/.test(name)) {
    throw new UserError(
      `--name: "${name}" can't name a cluster; take up to 40 lower-case letters, digits and hyphens, with a letter or digit first and last.`,
    );
  }
  const directory = join(clustersDirectory(environment), name);
  const hash = createHash('sha256').update(directory).digest('hex');
  return {
    id: `${name}-${hash.slice(0, 6)}`,
    directory,
    record: join(directory, 'cluster.json'),
    supervisor: join(directory, 'supervisor.json'),
    processes: join(directory, 'processes.json'),
    supervisorConfig: join(directory, 'cluster-node.json'),
    kubeconfig: join(directory, 'kubeconfig'),
    networkPlatform: join(directory, 'network-platform.yaml'),
    certificates: join(directory, 'certificates'),
    configuration: join(directory, 'configuration'),
    logs: join(directory, 'logs'),
    auditLog: join(directory, 'logs', 'audit.log'),
  };
}
