import type { JsonObject, JsonValue } from '@backstage/types';

/**
 * Merges values for a chart as Helm merges values files: maps field by field, everything else is replaced, later ones win. A null stays,
 * for it tells Helm to drop the chart's own default.
 */
export function mergeValues(...layers: JsonObject[]): JsonObject {
  return layers.reduce<JsonObject>((merged, layer) => {
    const result = { ...merged };
    for (const [key, value] of Object.entries(layer)) {
      if (value !== undefined) {
        const below = result[key];
        result[key] =
          isMap(below) && isMap(value) ? mergeValues(below, value) : value;
      }
    }
    return result;
  }, {});
}

function isMap(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
