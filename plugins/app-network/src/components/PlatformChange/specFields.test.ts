import { placeProblems, readSpec } from './specFields';

const TEXT = `profile: production
components:
  istio:
    ingressGateway:
      replicas: 0
systemComponents:
  - name: prometheus
    namespace: monitoring
`;

const at = (field: string) => {
  const [{ from, to }] = placeProblems(TEXT, [{ field, message: 'wrong' }]);
  return TEXT.slice(from, to);
};

describe('placeProblems', () => {
  it.each([
    ['a field', 'spec.profile', 'profile'],
    [
      'a field deep below',
      'spec.components.istio.ingressGateway.replicas',
      'replicas',
    ],
    [
      'a field of an item of a list',
      'spec.systemComponents[0].namespace',
      'namespace',
    ],
    [
      'what a missing field would be in',
      'spec.components.istio.chart',
      'istio',
    ],
    ['nothing, where it is about the whole', 'metadata.name', ''],
  ])('finds %s', (_, field, found) => {
    expect(at(field)).toBe(found);
  });

  it('says which field it is', () => {
    expect(
      placeProblems(TEXT, [{ field: 'spec.profile', message: 'wrong' }])[0]
        .message,
    ).toBe('spec.profile: wrong');
  });
});

describe('readSpec', () => {
  it('reads YAML, and nothing as no fields', () => {
    expect(readSpec(TEXT)).toMatchObject({ spec: { profile: 'production' } });
    expect(readSpec('')).toEqual({ spec: {} });
  });

  it('says where YAML is broken', () => {
    const read = readSpec('profile: [production');
    expect(read).toMatchObject({
      problems: [{ message: expect.stringContaining('end with a ]') }],
    });
  });

  it('wants a map', () => {
    expect(readSpec('- a')).toMatchObject({
      problems: [{ message: expect.stringContaining('map of fields') }],
    });
  });
});
