/** A map of fields. */
export type Fields = Record<string, unknown>;

/** Whether two values mean the same to an API server, however they are written. Maps must have the same fields. */
export function equalValues(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return (
      one.length === other.length &&
      one.every((item, index) => equalValues(item, other[index]))
    );
  }
  if (isFields(one) && isFields(other)) {
    return [...new Set([...Object.keys(one), ...Object.keys(other)])].every(
      field => equalValues(one[field], other[field]),
    );
  }
  if (isAbsent(one) || isAbsent(other)) {
    return isAbsent(one) && isAbsent(other);
  }
  if (one === other || String(one) === String(other)) {
    return true;
  }
  const [first, second] = [one, other].map(quantity);
  return first !== undefined && first === second;
}

/** Whether a value is no value. */
export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/** Whether a value is a map. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const SUFFIXES: Record<string, number> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** An amount of processors or memory (Kubernetes API reference, Quantity); undefined for everything else. */
function quantity(value: unknown): number | undefined {
  const [, number, suffix] =
    /^(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(String(value)) ?? [];
  return number === undefined
    ? undefined
    : Number((Number(number) * SUFFIXES[suffix ?? '']).toPrecision(12));
}
