import type { HttpMatch, HttpRoute, VirtualService } from './types';

/** Whether a redirect of a VirtualService is what an AppNetwork does with plain HTTP by itself. */
export function isRedirectToHttps(redirect: HttpRoute['redirect']): boolean {
  const { scheme, redirectCode: _code, port, ...rest } = redirect ?? {};
  return (
    scheme === 'https' &&
    (port === undefined || port === 443) &&
    Object.keys(rest).length === 0
  );
}

/** Whether a VirtualService redirects to HTTPS whatever comes to a port of its Gateway: the first route there is for everything, and does. */
export function redirectsToHttps(
  { spec }: VirtualService,
  port: number | undefined,
): boolean {
  for (const { match, redirect } of spec?.http ?? []) {
    const here = (match?.length ? match : [{}]).filter(
      ({ port: only = port }) => only === port,
    );
    if (here.length > 0) {
      return isRedirectToHttps(redirect) && here.some(isForEverything);
    }
  }
  return false;
}

function isForEverything({ port: _port, uri, ...rest }: HttpMatch): boolean {
  return (!uri || uri.prefix === '/') && Object.keys(rest).length === 0;
}
