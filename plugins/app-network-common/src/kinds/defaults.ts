import { Value } from '@sinclair/typebox/value';
import { appNetworkSchema, type AppNetwork } from './appNetwork';
import { networkPlatformSchema, type NetworkPlatform } from './networkPlatform';

/**
 * Fills in the defaults of the schema, as the API server does on a write, so that an object that never saw a cluster reads the same.
 * The argument is left as it is.
 * @public
 */
export function withDefaults<T extends AppNetwork | NetworkPlatform>(
  object: T,
): T {
  const schema =
    object.kind === 'AppNetwork' ? appNetworkSchema : networkPlatformSchema;
  return {
    ...object,
    ...(Value.Default(
      schema,
      structuredClone({ spec: object.spec ?? {} }),
    ) as Pick<T, 'spec'>),
  };
}
