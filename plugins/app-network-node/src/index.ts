/**
 * What other backend code may call of App Network.
 *
 * @packageDocumentation
 */
export {};
