/**
 * Scaffolder actions that put an application on the network.
 *
 * @packageDocumentation
 */
export { scaffolderModuleAppNetwork as default } from './module';
