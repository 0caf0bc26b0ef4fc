import type { AppNetworkApiPaths } from '@app-network/backstage-plugin-app-network-common';

/**
 * The endpoints of the OpenAPI document in the form that backend-openapi-utils' typed router reads: `#<method>|<path>`, where delete is
 * written `_delete`.
 */
export type Endpoints = {
  [Key in EndpointKey]: Key extends `#${infer Verb}|${infer Path}`
    ? Path extends keyof AppNetworkApiPaths
      ? Endpoint<AppNetworkApiPaths[Path], FromRouterMethod<Verb>>
      : never
    : never;
};

type Method = 'get' | 'put' | 'post' | 'delete';

type RouterMethod<M> = M extends 'delete' ? '_delete' : M;

type FromRouterMethod<M> = M extends '_delete' ? 'delete' : M;

type EndpointKey = {
  [Path in keyof AppNetworkApiPaths]: {
    [M in Method]: AppNetworkApiPaths[Path][M] extends { responses: unknown }
      ? `#${RouterMethod<M>}|${Path}`
      : never;
  }[Method];
}[keyof AppNetworkApiPaths];

type Endpoint<Item, M> = M extends keyof Item
  ? Item[M] extends {
      parameters: { path: infer Path; query?: infer Query };
    }
    ? Answer<Item[M]> & {
        path: Path;
        /** As express gives it: the validator has checked it, and has turned it into what the document says. */
        query: Query extends object ? Query : {};
      }
    : Answer<Item[M]>
  : never;

type Answer<Operation> = {
  response: Operation extends { responses: infer Responses }
    ? Json<Responses[keyof Responses & (200 | 204)]>
    : never;
  body: Operation extends { requestBody: infer Body extends object }
    ? Json<Body>
    : undefined;
};

type Json<Message> = Message extends {
  content: { 'application/json': infer Content };
}
  ? Content
  : void;
