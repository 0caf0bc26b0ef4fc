import { parseManifests } from './parseManifests';

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

  it("reads the items of kubectl's lists", () => {
    const { manifests, problems } = parseManifests(
      [
        'apiVersion: v1',
        'kind: List',
        'items:',
        '  - { apiVersion: v1, kind: Service, metadata: { name: a } }',
        '  - { apiVersion: v1, kind: Service }',
        'metadata: { resourceVersion: "" }',
      ].join('\n'),
      'all.yaml',
    );
    expect(manifests.map(({ metadata }) => metadata.name)).toEqual(['a']);
    expect(problems).toEqual([
      'all.yaml, line 1, column 1: metadata.name of the Service is missing',
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
