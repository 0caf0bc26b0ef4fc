import { patternOf, type Pattern } from './stringMatch';

/**
 * Which subjects of an issuer a request principal, `<issuer>/<subject>` with * at either end, lets in; undefined where it names another
 * issuer.
 *
 * Istio's policies part the two at the last slash, and so know no subject with one. Here the issuer is known whole before, so that
 * https://id.example/a/* is never a subject of another issuer https://id.example/a.
 */
export function subjectOf(
  principal: string,
  issuer: string,
): Pattern | undefined {
  const start = `${issuer}/`;
  const pattern = patternOf(principal);
  switch (pattern.type) {
    case 'any':
      return pattern;
    case 'exact':
      return pattern.value.startsWith(start) && pattern.value !== start
        ? { type: 'exact', value: pattern.value.slice(start.length) }
        : undefined;
    case 'prefix':
      if (start.startsWith(pattern.value)) {
        return { type: 'any' };
      }
      return pattern.value.startsWith(start)
        ? { type: 'prefix', value: pattern.value.slice(start.length) }
        : undefined;
    default:
      return endingSubject(pattern.value, issuer);
  }
}

/** The subject of `*<ending>`: with a slash, the ending of an issuer and a whole subject; without one, a subject's ending. */
function endingSubject(ending: string, issuer: string): Pattern | undefined {
  const slash = ending.lastIndexOf('/');
  if (slash < 0) {
    return { type: 'suffix', value: ending };
  }
  const subject = ending.slice(slash + 1);
  return subject && issuer.endsWith(ending.slice(0, slash))
    ? { type: 'exact', value: subject }
    : undefined;
}
