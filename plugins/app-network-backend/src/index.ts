/**
 * The reconciler and the HTTP API of App Network.
 *
 * @packageDocumentation
 */
export { appNetworkPlugin, appNetworkPlugin as default } from './plugin';
