import { ResponseError } from '@backstage/errors';
import { isMap, isScalar, isSeq, parseDocument, type Node } from 'yaml';

/** A field that is wrong. */
export interface FieldProblem {
  /** As the API server names it, such as `spec.components.istio.version`. */
  field: string;
  message: string;
}

/** A problem and where it is in the text. */
export interface PlacedProblem {
  message: string;
  /** Offsets in the text. */
  from: number;
  to: number;
}

/** The fields that the API server has refused. */
export function fieldProblems(error: unknown): FieldProblem[] {
  if (!(error instanceof ResponseError)) {
    return [];
  }
  const { fields } = error.body.error as { fields?: FieldProblem[] };
  return Array.isArray(fields) ? fields : [];
}

/** What a text says as YAML, or why it says nothing. */
export function readSpec(
  text: string,
): { spec: Record<string, unknown> } | { problems: PlacedProblem[] } {
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map(({ message, pos: [from, to] }) => ({
        message,
        from,
        to,
      })),
    };
  }
  const spec: unknown = document.toJS() ?? {};
  return typeof spec === 'object' && !Array.isArray(spec)
    ? { spec: spec as Record<string, unknown> }
    : {
        problems: [
          {
            message:
              'The specification is a map of fields, such as profile: development.',
            from: 0,
            to: text.length,
          },
        ],
      };
}

/** Finds where fields are in the text; one that isn't there is looked for at the nearest field that it would be in. */
export function placeProblems(
  text: string,
  problems: FieldProblem[],
): PlacedProblem[] {
  const { contents } = parseDocument(text);
  return problems.map(({ field, message }) => {
    const [from, to] = findRange(contents, partsOf(field)) ?? [0, 0];
    return { message: `${field}: ${message}`, from, to };
  });
}

/** `spec.a.b[0].c` without `spec`, which is what the text is of. */
function partsOf(field: string): string[] {
  return field
    .replace(/^spec\.?/, '')
    .split(/[.[\]]+/)
    .filter(Boolean);
}

function findRange(
  root: Node | null,
  parts: string[],
): [number, number] | undefined {
  let node: unknown = root;
  let range: [number, number] | undefined;
  for (const part of parts) {
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === part,
      );
      if (!pair) {
        break;
      }
      const key = pair.key as Node;
      range = key.range ? [key.range[0], key.range[1]] : range;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      const found = (node as Node | undefined)?.range;
      range = found ? [found[0], found[1]] : range;
    } else {
      break;
    }
  }
  return range;
}
