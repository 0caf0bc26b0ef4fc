/**
 * The Network tab of an entity, the Network platform page, and the cluster picker for templates.
 *
 * @packageDocumentation
 */
export {
  appNetworkApiRef,
  type AppNetworkApi,
  type AppNetworkRef,
} from './api/AppNetworkApi';
export { AppNetworkClient } from './api/AppNetworkClient';
export { appNetworkPlugin as default } from './plugin';
