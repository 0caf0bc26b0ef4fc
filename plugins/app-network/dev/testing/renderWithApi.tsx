import {
  appNetworkDeletePermission,
  appNetworkPlatformPermission,
} from '@app-network/backstage-plugin-app-network-common';
import { renderInTestApp } from '@backstage/frontend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  permissionApiRef,
  type PermissionApi,
} from '@backstage/plugin-permission-react';
import { signalApiRef, type SignalApi } from '@backstage/plugin-signals-react';
import type { JsonObject } from '@backstage/types';
import type { ReactElement } from 'react';
import { SWRConfig } from 'swr';
import {
  appNetworkApiRef,
  type AppNetworkApi,
} from '../../src/api/AppNetworkApi';
import { createTemplateRouteRef, rootRouteRef } from '../../src/routes';

/** Renders an element with an API of the test's, and nothing remembered from other tests. */
export function renderWithApi(
  element: ReactElement,
  api: Partial<AppNetworkApi>,
  options: { mayDelete?: boolean; mayChange?: boolean; path?: string } = {},
): { signals: TestSignals } {
  const signals = new TestSignals();
  const isDenied: Record<string, boolean> = {
    [appNetworkDeletePermission.name]: options.mayDelete === false,
    [appNetworkPlatformPermission.name]: options.mayChange === false,
  };
  renderInTestApp(
    <SWRConfig value={{ provider: () => new Map(), errorRetryInterval: 10 }}>
      {element}
    </SWRConfig>,
    {
      mountedRoutes: {
        '/create': createTemplateRouteRef,
        '/app-network': rootRouteRef,
      },
      ...(options.path ? { initialRouteEntries: [options.path] } : {}),
      apis: [
        [appNetworkApiRef, api],
        [
          permissionApiRef,
          {
            authorize: async ({
              permission,
            }: Parameters<PermissionApi['authorize']>[0]) => ({
              result: isDenied[permission.name]
                ? AuthorizeResult.DENY
                : AuthorizeResult.ALLOW,
            }),
          },
        ],
        [signalApiRef, signals],
      ],
    },
  );
  return { signals };
}

/** Delivers what a test publishes. */
export class TestSignals implements SignalApi {
  private readonly listeners = new Set<(message: JsonObject) => void>();

  subscribe<TMessage extends JsonObject>(
    channel: string,
    onMessage: (message: TMessage) => void,
  ) {
    const listener = (message: JsonObject) => onMessage(message as TMessage);
    if (channel === 'app-network') {
      this.listeners.add(listener);
    }
    return { unsubscribe: () => this.listeners.delete(listener) };
  }

  publish(message: JsonObject) {
    this.listeners.forEach(listener => listener(message));
  }
}
