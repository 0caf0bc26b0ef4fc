import { ConfigReader } from '@backstage/config';
import { readClusters } from './config';

const read = (clusters: unknown) =>
  readClusters(
    new ConfigReader({ appNetwork: { clusters: clusters as string[] } }),
  );

describe('readClusters', () => {
  it('is empty where nothing is configured', () => {
    expect(readClusters(new ConfigReader({}))).toEqual([]);
    expect(read([])).toEqual([]);
  });

  it('reads a cluster of a kubeconfig and one of a URL; the title is the name by default', () => {
    expect(
      read([
        { name: 'dev', kubeconfig: 'a/b', context: 'c' },
        {
          name: 'prod',
          title: 'Production',
          url: 'https://host:6443',
          caData: 'YQ==',
          serviceAccountToken: 't',
          skipTLSVerify: true,
        },
      ]),
    ).toEqual([
      {
        name: 'dev',
        title: 'dev',
        path: 'appNetwork.clusters[0]',
        kubeconfig: 'a/b',
        context: 'c',
        skipTLSVerify: false,
      },
      {
        name: 'prod',
        title: 'Production',
        path: 'appNetwork.clusters[1]',
        url: 'https://host:6443',
        caData: 'YQ==',
        serviceAccountToken: 't',
        skipTLSVerify: true,
      },
    ]);
  });

  it.each([
    [
      'a cluster without name',
      [{ url: 'https://a' }],
      'appNetwork.clusters[0].name: is missing; give the cluster a name',
    ],
    [
      'a url and a kubeconfig',
      [{ name: 'a', url: 'https://a', kubeconfig: 'b' }],
      'appNetwork.clusters[0]: has both url and kubeconfig or context; a cluster is reached either by its url or by a kubeconfig',
    ],
    [
      'a field that is no text',
      [{ name: 'a', url: 5 }],
      'appNetwork.clusters[0].url: has to be a text that is not empty, and is 5',
    ],
    [
      'a token that is no text, without telling it',
      [{ name: 'a', url: 'https://a', serviceAccountToken: 123456 }],
      'appNetwork.clusters[0].serviceAccountToken: has to be a text that is not empty, and is number',
    ],
    [
      'a setting that is neither true nor false',
      [{ name: 'a', url: 'https://a', skipTLSVerify: 'yes' }],
      'appNetwork.clusters[0].skipTLSVerify: has to be true or false',
    ],
    [
      'no list',
      'dev',
      'appNetwork.clusters in app-config is string; it has to be a list of clusters, each with a name',
    ],
  ])('says what is wrong with %s', (_, clusters, problem) => {
    expect(read(clusters)[0].problem).toBe(problem);
  });

  it('keeps the first of two clusters of one name', () => {
    expect(
      read([{ name: 'a' }, { name: 'a' }]).map(({ name, problem }) => [
        name,
        problem,
      ]),
    ).toEqual([
      ['a', undefined],
      [
        'appNetwork.clusters[1]',
        'appNetwork.clusters[1].name: a is the name of another cluster too; give each its own',
      ],
    ]);
  });
});
