import type { ChartSource } from '@app-network/backstage-plugin-app-network-common';
import type { JsonObject } from '@backstage/types';
import { mergeValues } from './values';
import type { HelmRelease } from './types';

/** What a component says of one of its releases. */
export interface ReleaseInput
  extends Omit<HelmRelease, 'source' | 'values' | 'layers' | 'version'> {
  /** Where upstream publishes the chart. */
  upstream: ChartSource;
  /** Where the spec says the chart comes from. */
  source: ChartSource | undefined;
  version: string;
  profileValues: JsonObject;
  userValues: Record<string, unknown> | undefined;
}

/** Puts the spec's wishes over a component's defaults. */
export function releaseOf(input: ReleaseInput): HelmRelease {
  const {
    upstream,
    source = {},
    version,
    profileValues,
    userValues,
    ...rest
  } = input;
  // The spec went through JSON, so its free objects hold nothing else.
  const user = (userValues ?? {}) as JsonObject;
  const elsewhere = source.repository || source.oci || source.path;
  return {
    ...rest,
    chart: source.name ?? input.chart,
    source: elsewhere ? source : upstream,
    ...(source.path ? {} : { version }),
    values: mergeValues(profileValues, user),
    layers: { profile: profileValues, user },
  };
}
