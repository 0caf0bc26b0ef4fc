import type { HelmRelease } from './components/types';
import { failureMessage } from './failureMessage';

const release: HelmRelease = {
  component: 'istio',
  release: 'istio-ingressgateway',
  namespace: 'istio-system',
  enabled: true,
  chart: 'gateway',
  source: {},
  values: {},
  layers: { profile: {}, user: {} },
  needs: [],
};

describe('failureMessage', () => {
  // As Helm 4.3 says it.
  it.each([
    [
      'a version that does not exist',
      'chart "gateway" version "9.9.9" not found in http://127.0.0.1:7311 repository',
      'Name a version that is there in spec.components.istio.version, or another place in spec.components.istio.charts.gateway.',
    ],
    [
      'a repository that does not answer',
      'looks like "http://127.0.0.1:7399" is not a valid chart repository or cannot be reached: Get "http://127.0.0.1:7399/index.yaml": dial tcp 127.0.0.1:7399: connect: connection refused',
      'Let the backend reach it, or name another place, such as a .tgz beside the backend, in spec.components.istio.charts.gateway.',
    ],
    [
      'a registry that does not answer',
      'failed to perform "FetchReference" on source: Get "https://127.0.0.1:7399/v2/charts/x/manifests/1.0.0": dial tcp 127.0.0.1:7399: connect: connection refused',
      'Let the backend reach it, or name another place, such as a .tgz beside the backend, in spec.components.istio.charts.gateway.',
    ],
    [
      'values that the chart refuses',
      "values don't meet the specifications of the schema(s) in the following chart(s):\ngateway:\n- at '': additional properties 'foo' not allowed",
      'Correct spec.components.istio.ingressGateway.values.',
    ],
    ['anything else with its cause alone', 'timed out waiting', ''],
  ])('says what to do about %s', (_, cause, advice) => {
    expect(failureMessage(release, cause)).toBe(`${cause}. ${advice}`.trim());
  });
});
