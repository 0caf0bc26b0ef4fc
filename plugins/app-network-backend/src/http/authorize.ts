import type {
  BackstageCredentials,
  HttpAuthService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import {
  AuthorizeResult,
  type BasicPermission,
} from '@backstage/plugin-permission-common';

/**
 * Makes the check that every endpoint starts with: who asks, and whether they may.
 *
 * @returns a function that gives the credentials of the request, or throws NotAllowedError naming the permission
 */
export function authorize(
  httpAuth: HttpAuthService,
  permissions: PermissionsService,
) {
  return async (
    req: Parameters<HttpAuthService['credentials']>[0],
    permission: BasicPermission,
  ): Promise<BackstageCredentials> => {
    const credentials = await httpAuth.credentials(req);
    const [{ result }] = await permissions.authorize([{ permission }], {
      credentials,
    });
    if (result !== AuthorizeResult.ALLOW) {
      throw new NotAllowedError(
        `You are not allowed to do this: the permission ${permission.name} is denied`,
      );
    }
    return credentials;
  };
}
