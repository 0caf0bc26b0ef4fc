import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadKubeConfig } from './kubeConfig';

describe('loadKubeConfig', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'kubeconfig-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const kubeconfig = `
apiVersion: v1
kind: Config
current-context: dev
clusters: [{ name: c, cluster: { server: 'https://host:6443', certificate-authority: ca.crt } }]
users: [{ name: u, user: { token: t } }]
contexts:
  - { name: dev, context: { cluster: c, user: u } }
  - { name: prod, context: { cluster: gone, user: u } }
`;
  const load = (text: string | undefined, context?: string) => {
    const file = path.join(folder, 'config');
    if (text !== undefined) {
      writeFileSync(file, text);
    }
    return loadKubeConfig({
      name: 'a',
      title: 'a',
      path: 'appNetwork.clusters[0]',
      kubeconfig: file,
      context,
    });
  };

  it('takes the current context, and files relative to the kubeconfig', () => {
    expect(load(kubeconfig).getCurrentCluster()).toMatchObject({
      server: 'https://host:6443',
      caFile: path.join(folder, 'ca.crt'),
    });
  });

  it('does not show what stands around a mistake', () => {
    const mistaken = 'users:\n- user:\n    token: s3cret\n  name: [a\n';
    expect(() => load(mistaken)).toThrow(/is no kubeconfig: .*\(\d+:\d+\)$/);
  });

  it('makes a kubeconfig of a URL and a token', () => {
    const loaded = loadKubeConfig({
      name: 'a',
      title: 'a',
      path: 'appNetwork.clusters[0]',
      url: 'https://host:6443',
      serviceAccountToken: 't',
    });
    expect(loaded.getCurrentCluster()?.server).toBe('https://host:6443');
    expect(loaded.getCurrentUser()?.token).toBe('t');
  });

  it.each([
    [
      'there is no file',
      undefined,
      undefined,
      /^appNetwork\.clusters\[0\]\.kubeconfig: there is no file .*config; it is looked for again$/,
    ],
    ['it is empty', '', undefined, /config is no kubeconfig: it is empty$/],
    [
      'it is no YAML',
      'a: [b',
      undefined,
      /config is no kubeconfig: .*\(?\d+:\d+\)?/s,
    ],
    ['it is something else', 'just text', undefined, /config/],
    [
      'the context is not in it',
      kubeconfig,
      'x',
      /^appNetwork\.clusters\[0\]\.context: .*config has no context x; it has dev, prod$/,
    ],
    [
      'the cluster is not in it',
      kubeconfig,
      'prod',
      /^context prod of .*config names a cluster that is not in it$/,
    ],
    [
      'the server is no URL',
      kubeconfig.replace('https://host:6443', 'host'),
      undefined,
      /has the server host, which is no URL; it has to be like https:\/\/host:6443$/,
    ],
  ])('says what to do when %s', (_, text, context, message) => {
    expect(() => load(text, context)).toThrow(message);
  });
});
