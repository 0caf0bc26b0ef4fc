import {
  brokenRule,
  PATH_RULES,
  type AppNetworkRouteMatch,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { isDeepStrictEqual } from 'node:util';
import type { HttpMatch, ImportContext, StringMatch } from './types';

type Path = NonNullable<AppNetworkRouteMatch['path']>;
type Headers = NonNullable<AppNetworkRouteMatch['headers']>;
type Method = NonNullable<AppNetworkRouteMatch['method']>;

/** What a match of Istio's is made from; one with anything else is for fewer requests than an AppNetwork could say. */
const READ = [
  'uri',
  'method',
  'headers',
  'gateways',
  'scheme',
  'port',
  'name',
  'statPrefix',
];

const METHODS: readonly string[] =
  'GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH'.split(' ');

/**
 * Matches of a route of a VirtualService. One with a condition that can't be kept is left out whole: without the condition, the route would
 * get requests that were never meant for it.
 *
 * @param field - of the route
 */
export function importMatches(
  context: ImportContext,
  object: KubernetesObject,
  matches: readonly HttpMatch[] | undefined,
  field: string,
): AppNetworkRouteMatch[] {
  const written = matches?.length ? matches : [{}];
  const imported = written.map((match, index) => ({
    match,
    field: matches?.length ? `${field}.match[${index}]` : field,
  }));
  const usable = imported.filter(
    entry => !isLeftOut(context, object, entry.match, entry.field),
  );
  const paths = usable.map(({ match, field: at }) => ({
    conditions: conditionsOf(match),
    path: pathOf(context, object, match, at, usable),
  }));
  // An exact path beside its prefix is in it.
  const needed = paths.filter(
    ({ path, conditions }) =>
      path.type !== 'Exact' ||
      !paths.some(
        other =>
          other.path.type === 'PathPrefix' &&
          other.path.value === path.value &&
          isDeepStrictEqual(other.conditions, conditions),
      ),
  );
  return needed.flatMap(({ path, conditions }) =>
    conditions.map(condition => ({ path, ...condition })),
  );
}

/** Whether a match is left out, and why. */
function isLeftOut(
  context: ImportContext,
  object: KubernetesObject,
  match: HttpMatch,
  field: string,
): boolean {
  const out = (name: string, value: unknown, reason: string) => {
    context.note(object, `${field}.${name}`, value, reason);
    return true;
  };
  const { gateways, scheme, port = 443, method, headers = {} } = match;
  const other = Object.entries(match).find(
    ([name, value]) => !READ.includes(name) && value !== undefined,
  );
  if (other) {
    return out(
      ...other,
      'A rule of an AppNetwork matches by path, method and headers. This match is left out whole, so that its backend gets no other requests.',
    );
  }
  if (gateways && gateways.every(name => name === 'mesh')) {
    return out(
      'gateways',
      gateways,
      'Routes are for requests from outside. Callers in the mesh reach the Service itself.',
    );
  }
  if (scheme && scheme.exact !== 'https') {
    return out('scheme', scheme, 'All requests come by HTTPS.');
  }
  if (port !== 443) {
    return out('port', port, 'All requests come to port 443.');
  }
  if (method && methodsOf(method).length === 0) {
    return out(
      'method',
      method,
      `A rule is for one of ${METHODS.join(
        ', ',
      )}. This match is left out whole.`,
    );
  }
  const pseudo = Object.keys(headers).find(name => /^[:@]/.test(name));
  return pseudo
    ? out(
        `headers[${pseudo}]`,
        headers[pseudo],
        'It is no header. This match is left out whole, so that its backend gets no other requests.',
      )
    : false;
}

/** Every method with the headers; a match of an AppNetwork has one method. */
function conditionsOf({
  method,
  headers = {},
}: HttpMatch): Pick<AppNetworkRouteMatch, 'method' | 'headers'>[] {
  const imported: Headers = Object.entries(headers).map(([name, value]) => ({
    name,
    ...headerValue(value),
  }));
  const rest = imported.length > 0 ? { headers: imported } : {};
  return method
    ? methodsOf(method).map(one => ({ method: one, ...rest }))
    : [rest];
}

function headerValue({ exact, prefix, regex }: StringMatch) {
  if (exact !== undefined) {
    return { type: 'Exact' as const, value: exact };
  }
  return {
    type: 'RegularExpression' as const,
    // Nothing at all is for a header that is there.
    value: regex ?? (prefix === undefined ? '.*' : `${escaped(prefix)}.*`),
  };
}

/** Methods that are written as one, or as a choice: GET|POST. */
function methodsOf({ exact, regex }: StringMatch): Method[] {
  const names = exact
    ? [exact]
    : regex?.replace(/^\((.*)\)$/, '$1').split('|') ?? [];
  return names.every(name => METHODS.includes(name)) ? (names as Method[]) : [];
}

/** Istio's prefix is one of characters, an AppNetwork's of whole path segments. */
function pathOf(
  context: ImportContext,
  object: KubernetesObject,
  match: HttpMatch,
  field: string,
  others: readonly { match: HttpMatch }[],
): Path {
  const { exact, prefix = '/', regex } = match.uri ?? {};
  if (exact !== undefined) {
    return { type: 'Exact', value: exact };
  }
  if (regex !== undefined) {
    return { type: 'RegularExpression', value: regex };
  }
  // What no AppNetwork can say is listed where its rules are put together.
  if (brokenRule(PATH_RULES, prefix)) {
    return { type: 'PathPrefix', value: prefix };
  }
  const value = prefix.replace(/\/$/, '');
  if (value === '') {
    return { type: 'PathPrefix', value: '/' };
  }
  const hasExact = others.some(
    other =>
      other.match.uri?.exact === value &&
      isDeepStrictEqual(conditionsOf(other.match), conditionsOf(match)),
  );
  if (value !== prefix && !hasExact) {
    context.note(
      object,
      `${field}.uri.prefix`,
      prefix,
      `A prefix is one of whole path segments: ${value} is matched too.`,
    );
  } else if (value === prefix) {
    context.note(
      object,
      `${field}.uri.prefix`,
      prefix,
      `A prefix is one of whole path segments: ${value}x is not matched any more. If it has to be, use the RegularExpression ${escaped(
        value,
      )}.*`,
    );
  }
  return { type: 'PathPrefix', value };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
