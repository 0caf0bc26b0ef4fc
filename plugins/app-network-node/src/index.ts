/**
 * What other backend code may call of App Network.
 *
 * @packageDocumentation
 */
export type {
  AppNetworkProgress,
  AppNetworkService,
  AppNetworkServiceOptions,
} from './AppNetworkService';
export { appNetworkServiceRef } from './appNetworkServiceRef';
export { parseManifests } from './parseManifests';
