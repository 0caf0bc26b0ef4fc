import { readFileSync } from 'node:fs';
import path from 'node:path';
import { toError } from '@backstage/errors';
import { KubeConfig } from '@kubernetes/client-node';
import type { ClusterConfig } from './config';

/**
 * The kubeconfig that an entry of app-config means: a file and a context in it, a URL with a token, or, where neither is given, what
 * kubectl would use ($KUBECONFIG, ~/.kube/config), or in a pod its service account.
 *
 * @throws an error that names the field or the file, what was found, and what would be right
 */
export function loadKubeConfig(config: ClusterConfig): KubeConfig {
  if (config.problem) {
    throw new Error(config.problem);
  }
  const kubeConfig = config.url
    ? fromUrl(config, config.url)
    : fromFile(config);
  const cluster = kubeConfig.getCurrentCluster();
  const where = `context ${kubeConfig.getCurrentContext()} of ${source(
    config,
  )}`;
  if (!cluster) {
    throw new Error(`${where} names a cluster that is not in it`);
  }
  if (!URL.canParse(cluster.server)) {
    throw new Error(
      `${where} has the server ${cluster.server}, which is no URL; it has to be like https://host:6443`,
    );
  }
  return kubeConfig;
}

function fromUrl(config: ClusterConfig, url: string): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    {
      name: config.name,
      server: url,
      caData: config.caData,
      skipTLSVerify: config.skipTLSVerify ?? false,
    },
    { name: config.name, token: config.serviceAccountToken },
  );
  return kubeConfig;
}

function fromFile(config: ClusterConfig): KubeConfig {
  const kubeConfig = new KubeConfig();
  if (config.kubeconfig) {
    const file = path.resolve(config.kubeconfig);
    parse(kubeConfig, readText(config, file), file);
    kubeConfig.makePathsAbsolute(path.dirname(file));
  } else if (process.env.KUBERNETES_SERVICE_HOST && !config.context) {
    kubeConfig.loadFromCluster();
  } else {
    loadDefault(config, kubeConfig);
  }
  const contexts = kubeConfig.getContexts().map(({ name }) => name);
  const context = config.context ?? kubeConfig.getCurrentContext();
  if (!context || !contexts.includes(context)) {
    throw new Error(
      `${config.path}.context: ${source(config)} has no context ${
        context ?? 'that is current'
      }; it has ${contexts.join(', ') || 'none'}`,
    );
  }
  kubeConfig.setCurrentContext(context);
  return kubeConfig;
}

function loadDefault(config: ClusterConfig, kubeConfig: KubeConfig): void {
  try {
    kubeConfig.loadFromDefault();
  } catch (error) {
    throw new Error(
      `${config.path}: ${source(config)} can't be read: ${reasonOf(error)}`,
    );
  }
  // What client-node makes up where it finds nothing.
  if (kubeConfig.getCurrentCluster()?.server === 'http://localhost:8080') {
    throw new Error(
      `${config.path}: names neither kubeconfig nor url, and there is no default kubeconfig ($KUBECONFIG, ~/.kube/config)`,
    );
  }
}

function readText(config: ClusterConfig, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = toError(error);
    throw new Error(
      code === 'ENOENT'
        ? `${config.path}.kubeconfig: there is no file ${file}; it is looked for again`
        : `${config.path}.kubeconfig: ${file} can't be read: ${message}`,
    );
  }
}

function parse(kubeConfig: KubeConfig, text: string, file: string): void {
  try {
    kubeConfig.loadFromString(text);
  } catch (error) {
    throw new Error(
      `${file} is no kubeconfig: ${
        text.trim() ? reasonOf(error) : 'it is empty'
      }`,
    );
  }
}

/** What is wrong with YAML, and where. The parser's own message quotes the lines around it, and in a kubeconfig those hold credentials. */
function reasonOf(error: unknown): string {
  const { name, message } = toError(error);
  return name === 'YAMLException' ? message.split('\n', 1).join() : message;
}

function source(config: ClusterConfig): string {
  if (config.url) {
    return `${config.path}.url`;
  }
  return config.kubeconfig
    ? path.resolve(config.kubeconfig)
    : 'the default kubeconfig ($KUBECONFIG, ~/.kube/config)';
}
