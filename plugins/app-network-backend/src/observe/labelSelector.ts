import { InputError } from '@backstage/errors';

/** Whether labels are selected. */
export type LabelSelector = (labels: Record<string, string>) => boolean;

/**
 * Reads a label selector in the notation of `kubectl get -l` (Kubernetes documentation, "Labels and Selectors"): requirements separated by
 * commas, each `key=value`, `key==value`, `key!=value`, `key in (a,b)`, `key notin (a,b)`, `key` or `!key`.
 *
 * @throws InputError naming the requirement that is none
 */
export function parseLabelSelector(selector: string): LabelSelector {
  const requirements = split(selector).map(requirement);
  return labels => requirements.every(matches => matches(labels));
}

/** At commas, but for those in parentheses. */
function split(selector: string): string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map(part => part.trim())
    .filter(part => part !== '');
}

const KEY = '[A-Za-z0-9][-A-Za-z0-9_./]*';
const VALUE = '[-A-Za-z0-9_.]*';
const EQUALITY = new RegExp(`^(${KEY})\\s*(=|==|!=)\\s*(${VALUE})$`);
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s+\\(([^()]*)\\)$`);
const EXISTENCE = new RegExp(`^(!?)\\s*(${KEY})$`);

function requirement(text: string): LabelSelector {
  const equality = EQUALITY.exec(text);
  if (equality) {
    const [, key, operator, value] = equality;
    return labels => (labels[key] === value) === (operator !== '!=');
  }
  const set = SET.exec(text);
  if (set) {
    const [, key, operator, list] = set;
    const values = list.split(',').map(value => value.trim());
    return labels =>
      (key in labels && values.includes(labels[key])) === (operator === 'in');
  }
  const existence = EXISTENCE.exec(text);
  if (existence) {
    const [, not, key] = existence;
    return labels => key in labels === (not === '');
  }
  throw new InputError(
    `label selector: found ‘${text}’, expected key=value, key!=value, key in (a,b), key notin (a,b), key or !key`,
  );
}
