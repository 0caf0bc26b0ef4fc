import type {
  NetworkPlatform,
  PlannedChart,
} from '@app-network/backstage-plugin-app-network-common';
import type { HelmRelease } from '../components/types';

/**
 * Annotation of a NetworkPlatform: the charts of the plan that was approved, a line `<address>:<version> <SHA-256>` for each. A repository
 * may have something else under the same version later; that is not installed.
 */
export const APPROVED_CHARTS = 'app-network.io/approved-charts';

/** How a chart of a repository is named, `<address>:<version>`; undefined for one in the file system, which is the user's own. */
export function chartAddress({
  source,
  chart,
  version,
}: Pick<HelmRelease, 'source' | 'chart' | 'version'>): string | undefined {
  const address =
    source.oci ??
    (source.repository && `${source.repository.replace(/\/+$/, '')}/${chart}`);
  return address && `${address}:${version}`;
}

/** The SHA-256 of the chart of a release that was approved; undefined where none was. */
export function approvedDigest(
  { metadata }: NetworkPlatform,
  release: HelmRelease,
): string | undefined {
  const address = chartAddress(release);
  return (metadata.annotations?.[APPROVED_CHARTS] ?? '')
    .split('\n')
    .map(line => line.split(' '))
    .find(([chart]) => chart === address)?.[1];
}

/** A platform with these charts as those that are approved, and no others. */
export function withApprovedCharts(
  platform: NetworkPlatform,
  charts: readonly PlannedChart[],
): NetworkPlatform {
  const { [APPROVED_CHARTS]: _, ...others } =
    platform.metadata.annotations ?? {};
  const annotations = {
    ...others,
    ...(charts.length > 0
      ? {
          [APPROVED_CHARTS]: charts
            .map(({ address, digest }) => `${address} ${digest}`)
            .join('\n'),
        }
      : {}),
  };
  return { ...platform, metadata: { ...platform.metadata, annotations } };
}
